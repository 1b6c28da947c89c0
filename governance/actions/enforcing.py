"""Making the rights in stores what grants say: given before a grant is active, taken away when it has ended.

It is worked out anew each time from the grants as they are, so nothing is missed and doing it twice does no harm. Each
right is written down before its store is asked. What fails is said, and tried again, less and less often.
"""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from common.locks import wait_for_lock
from common.logs import scrub
from connectors.records import ConnectorError, StoreAway
from connectors.rights import Permit, Target
from governance import rights_letters as letters
from governance.actions.granting import activate_grant, fail_grant
from governance.models import WAITING, Grant, GrantState, RightState, StoreRight
from governance.queries.committee import members
from governance.queries.wanted import Wanted, wanted_in
from governance.stores import gate_of
from registry.actions.action import Note, action, lock
from registry.actions.telling import tell
from registry.models import Connection

log = structlog.get_logger()
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
UNSET = (GrantState.PROVISIONING, GrantState.FAILED)
Key = tuple[int, str, str, tuple[str, ...]]  # store, account, kind, path


def enforce_all() -> int:
    """Every connection of which Charter keeps rights. Returns how many rights and grants changed."""
    kept = Q(enforcements__is_on=True) | Q(enforcements__rights__state__in=[*WAITING, RightState.THERE])
    waiting = Grant.objects.filter(state__in=UNSET).values("version__feature__view__connection")
    return sum(enforce(one) for one in Connection.objects.filter(kept | Q(pk__in=waiting)).distinct().order_by("pk"))


def enforce(connection: Connection) -> int:
    """Give and take what is due in the stores of one connection, and let the grants that waited for it begin."""
    with transaction.atomic():
        wait_for_lock(f"rights of {connection.pk}")
        _write_down(connection, wanted_in(connection))
    due = StoreRight.objects.filter(
        store__connection=connection, state__in=WAITING, next_try_at__lte=timezone.now()
    )  # fmt: skip
    away: dict[int, str] = {}
    changed = sum(_work_off(*one, away) for one in due.order_by("pk").values_list("pk", "store"))
    with transaction.atomic():
        wait_for_lock(f"rights of {connection.pk}")
        return changed + _answer(connection, wanted_in(connection))


def _write_down(connection: Connection, wanted: Wanted) -> None:
    """What is to be given, and what nobody wants any more."""
    open_rows = StoreRight.objects.filter(store__connection=connection).exclude(state=RightState.GONE)
    # Locked: one that a worker is at is looked at once that worker is through.
    rows = {_key(one): one for one in open_rows.select_for_update(of=("self",)).prefetch_related("grants")}
    for (store, permit), grants in wanted.permits.items():
        key = (store, permit.account, permit.target.kind, permit.target.path)
        row = rows.pop(key, None)
        if row is None and store in wanted.on:
            row = StoreRight.objects.create(
                store_id=store, account=permit.account, kind=permit.target.kind, path=list(permit.target.path),
                said=permit.target.said,
            )  # fmt: skip
        if row is not None:
            if new := set(grants) - set(row.grants.all()):
                row.grants.add(*new)
            _turn(row, RightState.TAKING, RightState.GIVING)
    for row in rows.values():
        _turn(row, RightState.THERE, RightState.TAKING)
        _turn(row, RightState.GIVING, RightState.TAKING)


def _key(row: StoreRight) -> Key:
    return row.store_id, row.account, row.kind, tuple(row.path)


def _turn(row: StoreRight, before: RightState, after: RightState) -> None:
    """From now on the other way, at once."""
    if row.state == before:
        row.state, row.problem, row.attempts, row.next_try_at = after.value, "", 0, timezone.now()
        row.save(update_fields=["state", "problem", "attempts", "next_try_at"])


def _work_off(number: int, store: int, away: dict[int, str]) -> bool:
    """Give or take one right, unless another worker is at it. Whether it was done. A store that is `away` is asked once
    a round, not once for each right."""
    try:
        if store in away:
            raise StoreAway(away[store])
        with transaction.atomic():
            row = _claimed(number)
            if row is not None and row.was_there is None:
                row.was_there = gate_of(row.store).holds(permit_of(row))
                row.save(update_fields=["was_there"])
        with transaction.atomic():
            row = _claimed(number)
            if row is None:
                return False
            # Users of Redis have their rules set anew as a whole.
            wait_for_lock(f"account {row.store_id} {row.account}")
            change = give_right if row.state == RightState.GIVING else take_right
            change(row, actor=None)
            return True
    except ConnectorError as error:
        reason, is_away = scrub(f"{error} {error.fix}".strip()), isinstance(error, StoreAway)
        if is_away:
            away[store] = reason
        note_failed_right(StoreRight.objects.get(pk=number), actor=None, reason=reason, is_away=is_away)
    return False


def _claimed(number: int) -> StoreRight | None:
    rows = StoreRight.objects.select_for_update(skip_locked=True, of=("self",)).select_related("store__connection")
    return rows.filter(pk=number, state__in=WAITING).first()


def permit_of(row: StoreRight) -> Permit:
    return Permit(row.account, Target(row.kind, tuple(row.path)))  # type: ignore[arg-type]  # as it was written


@action("governance.give_right")
def give_right(right: StoreRight, note: Note, *, actor: None) -> StoreRight:
    """The store gives it. It is there afterwards, or this is refused."""
    row: StoreRight = lock(right)
    gate_of(row.store).give(permit_of(row))
    _done(row, RightState.THERE, note)
    row.given_at = timezone.now()
    row.save(update_fields=["given_at"])
    return row


@action("governance.take_right")
def take_right(right: StoreRight, note: Note, *, actor: None) -> StoreRight:
    """The store takes back what Charter gave. What was there before stays, and is found by whoever verifies."""
    row: StoreRight = lock(right)
    if not row.was_there and (still := gate_of(row.store).take(permit_of(row))):
        raise ConnectorError(f"The right is taken away, but {row.account} reads {row.said} all the same: it {still}.")
    _done(row, RightState.GONE, note)
    row.taken_at = timezone.now()
    row.save(update_fields=["taken_at"])
    return row


def _done(row: StoreRight, state: RightState, note: Note) -> None:
    note.change("state", row.state, state.value)
    row.state, row.problem, row.attempts = state.value, "", 0
    row.save(update_fields=["state", "problem", "attempts"])


@action("governance.note_failed_right")
def note_failed_right(right: StoreRight, note: Note, *, actor: None, reason: str, is_away: bool) -> StoreRight:
    """Tried again, after twice as long each time. People are told the first time, once of a store that is away."""
    row: StoreRight = lock(right)
    note.change("problem", row.problem, reason)
    row.problem, row.attempts = reason[:2_000], row.attempts + 1
    row.next_try_at = timezone.now() + min(FIRST_REST * 2 ** min(row.attempts - 1, 10), LONGEST_REST)
    row.save(update_fields=["problem", "attempts", "next_try_at"])
    if row.attempts == 1:
        _tell(row, is_away)
    return row


def _tell(row: StoreRight, is_away: bool) -> None:
    """The connection's team; and the committee where somebody can read what they may not read any more."""
    is_taking = row.state == RightState.TAKING
    title = f"{row.account} can still read {row.said}" if is_taking else f"{row.store} does not give {row.said}"
    if is_away:
        title = f"{row.store} is away, so rights are not {'taken' if is_taking else 'given'}"
    what = f"store {row.store_id}" if is_away else f"right {row.pk}"
    tell(
        "access.right_failed", key=f"{what} {row.state} {timezone.now():%Y-%m-%dT%H:%M}", title=title,
        letter=letters.of_right(row), data={"right": str(row), "state": row.state},
        teams=[row.store.connection.owner] if row.store.connection.owner else [], users=members() if is_taking else (),
    )  # fmt: skip


def _answer(connection: Connection, wanted: Wanted) -> int:
    """Grants whose rights are all there begin; those that a store refuses say why."""
    rows = StoreRight.objects.filter(store__connection=connection).exclude(state=RightState.GONE)
    rights = {_key(one): one for one in rows}
    return sum(_settled(one, wanted, rights) for one in wanted.grants if one.state in UNSET)


def _settled(grant: Grant, wanted: Wanted, rights: Mapping[Key, StoreRight]) -> bool:
    why = wanted.hindered.get(grant.pk) or _why_not_yet(grant, wanted, rights)
    if why is None or (grant.state, grant.problem) == (GrantState.FAILED, why):
        return False
    if why:
        fail_grant(grant, actor=None, reason=why)
    else:
        activate_grant(grant, actor=None)
    return True


def _why_not_yet(grant: Grant, wanted: Wanted, rights: Mapping[Key, StoreRight]) -> str | None:
    """Empty where all that its stores have to give is there; None where that is still on its way."""
    needed = [
        rights.get((store, permit.account, permit.target.kind, permit.target.path))
        for (store, permit), grants in wanted.permits.items()
        if grant in grants and store in wanted.on
    ]
    missing = [one for one in needed if one is None or one.state != RightState.THERE]
    return next((one.problem for one in missing if one and one.problem), None) if missing else ""
