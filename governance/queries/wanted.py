"""Which rights the grants of a connection want from its stores now, and what stands in the way of which grant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from connectors.rights import Permit
from governance.models import STANDING, Enforcement, Grant, GrantState, Setting, StoreAccount
from governance.queries.living import why_no_more
from governance.queries.needs import SCRIPT_ONLY, Need, Needs, needs_of
from registry.models import Connection, Feature

Reader = tuple[int | None, int | None]  # consumer, user
Covered = dict[tuple[Reader, str], set[int]]  # by reader and place, features


@dataclass(slots=True)
class Wanted:
    """`permits` by store, with the grants that want each; `hindered` says by grant why a store that is switched on
    cannot give it. `on` are those stores."""

    permits: dict[tuple[int, Permit], list[Grant]] = field(default_factory=lambda: defaultdict(list))
    hindered: dict[int, str] = field(default_factory=dict)
    on: frozenset[int] = frozenset()
    grants: list[Grant] = field(default_factory=list)


def wanted_in(connection: Connection) -> Wanted:
    """As grants, classes, teams, purposes and accounts are now. A grant that gives nothing any more wants nothing."""
    stores = {one.place: one for one in Enforcement.objects.filter(connection=connection)}
    accounts = accounts_in(connection)
    on = frozenset(one.pk for one in stores.values() if one.is_on)
    wanted = Wanted(on=on, grants=list(_standing(connection)))
    needs = Needs()
    living = [one for one in wanted.grants if not _ended(one)]
    covered = covers(living)
    for grant in wanted.grants:
        if grant not in living:
            wanted.hindered[grant.pk] = why_no_more(grant) or "It has ended."
            continue
        for need in needs.of(grant.version, grant.setting):
            if (store := stores.get(need.place)) is not None and need.product != SCRIPT_ONLY:
                _want(wanted, grant, need, store, accounts.get((store.pk, reader_of(grant)), ""), covered)
    return wanted


def _want(
    wanted: Wanted, grant: Grant, need: Need, store: Enforcement, account: str, covered: Covered
) -> None:  # fmt: skip
    if why := why_not_given(need, account, grant.subject, covered[reader_of(grant), need.place]):
        if store.is_on:
            wanted.hindered[grant.pk] = f"{store}: {why}"
        return
    for target in need.targets:
        wanted.permits[store.pk, Permit(account, target)].append(grant)


def why_not_given(need: Need, account: str, subject: str, covered: Iterable[int]) -> str:
    """Why the store must not, or cannot, give what a grant says; empty where it can."""
    if need.hindrance:
        return need.hindrance
    if not account:
        return f"Nobody has said who {subject} is there. The connection's team does, on its page."
    if uncovered := need.shared - set(covered):
        names = sorted(Feature.objects.filter(pk__in=uncovered).values_list("key", flat=True)[:5])
        more = f" and {len(uncovered) - len(names)} more" if len(uncovered) > len(names) else ""
        return f"It would show {', '.join(names)}{more} as well, for which {subject} has no grant."
    return ""


def accounts_in(connection: Connection) -> dict[tuple[int, Reader], str]:
    """By store and reader."""
    rows = StoreAccount.objects.filter(store__connection=connection)
    return {(one.store_id, (one.consumer_id, one.user_id)): one.name for one in rows}


def covers(grants: Iterable[Grant]) -> Covered:
    """What readers may read where."""
    found: Covered = defaultdict(set)
    for one in grants:
        found[reader_of(one), "offline"].add(one.version.feature_id)
        if one.setting == Setting.ONLINE:
            found[reader_of(one), "online"].add(one.version.feature_id)
    return found


def reader_of(grant: Grant) -> Reader:
    return grant.consumer_id, grant.user_id


def living_in(connection: Connection) -> list[Grant]:
    """Those that hold, or are to hold once they are set up."""
    return [one for one in _standing(connection) if not _ended(one)]


def _standing(connection: Connection) -> Iterable[Grant]:
    rows = Grant.objects.filter(state__in=STANDING, version__feature__view__connection=connection).order_by("pk")
    view = "version__feature__view"
    together = (f"{view}__connection", f"{view}__project", f"{view}__source__batch_source")
    return rows.with_names().select_related(*together).prefetch_related(
        "version__feature__view__entities", "version__feature__view__features"
    )  # fmt: skip


def _ended(grant: Grant) -> bool:
    is_over = grant.state == GrantState.ACTIVE and grant.ends_at is not None and grant.ends_at <= timezone.now()
    return is_over or bool(why_no_more(grant))


def is_enforced(grant: Grant) -> bool:
    """Whether a store has to give the right before it holds."""
    view = grant.version.feature.view
    on = set(Enforcement.objects.filter(connection=view.connection_id, is_on=True).values_list("place", flat=True))
    return bool(on) and any(
        one.place in on and one.product != SCRIPT_ONLY for one in needs_of(grant.version, grant.setting)
    )
