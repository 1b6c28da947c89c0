"""Asking stores who can read personal features, and keeping what differs from the grants. Stores are only read."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from django.db import transaction
from django.utils import timezone

from common.locks import wait_for_lock
from common.logs import scrub
from connectors.gates import product_at
from connectors.records import ConnectorError
from connectors.rights import Target
from governance import rights_letters as letters
from governance.comparing import Difference, Granted, differences
from governance.models import Enforcement, FindingKind, Grant, Place, RightFinding, Setting, StoreAccount
from governance.notifications import verify_rights
from governance.queries.committee import members
from governance.queries.living import why_not_now
from governance.queries.needs import ADDRESS_OF, SCRIPT_ONLY, Needs, product_of
from governance.queries.wanted import accounts_in, reader_of, wanted_in
from governance.stores import gate_of
from registry.actions.action import Note, action
from registry.actions.telling import tell
from registry.models import Connection, Feature, User, Version
from registry.stores import address

READABLE_PLACES = (Place.OFFLINE, Place.ONLINE)


@dataclass(slots=True)
class Asked:
    """What a store is asked about, and the features that each of it holds."""

    targets: list[Target] = field(default_factory=list)
    features: list[list[int]] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)  # of a feature
    hindered: dict[int, str] = field(default_factory=dict)

    def add(self, feature: int, target: Target) -> None:
        if target not in self.targets:
            self.targets.append(target)
            self.features.append([])
        self.places[feature] = self.targets.index(target)
        self.features[self.places[feature]].append(feature)


def verify_all() -> int:
    """Every connection with a store that keeps rights. Returns how many findings began or ended."""
    return sum(verify(one) for one in Connection.objects.filter(is_enabled=True, kind="feast").order_by("pk"))


@action("governance.verify_rights")
def request_verification(_parent: None, note: Note, *, actor: User) -> int:
    """Have every connection asked now, by workers. Returns how many."""
    asked = list(Connection.objects.filter(is_enabled=True, kind="feast").values_list("pk", flat=True))
    note.change("connections", None, len(asked))
    for pk in asked:
        verify_rights(pk)
    return len(asked)


def verify(connection: Connection) -> int:
    """Each store of a connection. Whoever has none that keeps rights is not asked."""
    places = [place for place in READABLE_PLACES if product_of(connection, place)]
    return sum(_verify(connection, place) for place in places)


def _verify(connection: Connection, place: Place) -> int:
    store = Enforcement.objects.select_related("connection").get_or_create(connection=connection, place=place)[0]
    asked = _asked(connection, place)
    store.checked_at, store.checked, store.problem = timezone.now(), len(asked.targets), ""
    found: list[Difference] | None = None
    try:
        found = _differences(store, asked)
    except ConnectorError as error:
        store.problem = f"{scrub(str(error))} {error.fix}".strip()[:2_000]
    with transaction.atomic():
        wait_for_lock(f"findings of {store.pk}")
        store.save(update_fields=["checked_at", "checked", "problem"])
        return 0 if found is None else _keep(store, found)


def _asked(connection: Connection, place: Place) -> Asked:
    """The personal features that the connection's store holds."""
    asked, needs = Asked(), Needs()
    for version in _personal(connection):
        for need in needs.of(version, Setting.ONLINE):
            if need.place == place and need.product != SCRIPT_ONLY:
                if need.hindrance:
                    asked.hindered[version.feature_id] = need.hindrance
                else:
                    asked.add(version.feature_id, need.targets[0])
    return asked


def _personal(connection: Connection) -> list[Version]:
    """The current version of each: whichever it is, the store keeps a feature in one place."""
    features = Feature.objects.present().personal().filter(view__connection=connection)
    together = ("view__connection", "view__project", "view__source__batch_source")
    rows = features.select_related(*together).prefetch_related("view__entities", "view__features")
    return [Version(feature=one, number=one.number) for one in rows]


def _differences(store: Enforcement, asked: Asked) -> list[Difference]:
    gate = gate_of(store)
    rights = gate.rights(asked.targets)
    readers = {
        one.name: one.subject for one in StoreAccount.objects.filter(store=store).select_related("consumer", "user")
    }
    granted = _granted(store, asked, readers)
    found = _with_reasons(store, differences(rights, asked.features, granted, own=_own(store), readers=readers))
    return [*found, *(Difference("unknown", "", why, feature) for feature, why in asked.hindered.items())]


def _with_reasons(store: Enforcement, found: list[Difference]) -> list[Difference]:
    """Where Charter itself withholds what was granted, why."""
    if not store.is_on or all(one.kind != FindingKind.ABSENT for one in found):
        return found
    hindered = wanted_in(store.connection).hindered
    return [
        replace(one, how=hindered[one.grant]) if one.kind == FindingKind.ABSENT and one.grant in hindered else one
        for one in found
    ]


def _granted(store: Enforcement, asked: Asked, readers: dict[str, str]) -> list[Granted]:
    """Grants that hold now. Where nobody keeps who is who in the store, those of unknown readers are not all told."""
    rows = Grant.objects.active().filter(version__feature__view__connection=store.connection).with_names()
    if store.place == Place.ONLINE:
        rows = rows.filter(setting=Setting.ONLINE)
    accounts = accounts_in(store.connection)
    named = [
        Granted(one.pk, accounts.get((store.pk, reader_of(one)), ""), one.version.feature_id,
                asked.places[one.version.feature_id], one.subject)
        for one in rows if one.version.feature_id in asked.places and not why_not_now(one)
    ]  # fmt: skip
    return [one for one in named if one.account or readers or store.is_on]


def _own(store: Enforcement) -> set[str]:
    """Who grants, and who measures, where its address says."""
    url = urlsplit(address(store.connection, ADDRESS_OF[Place(store.place)]))
    nameless = "default" if product_at(url.geturl()) == "Redis" else ""
    return {one for one in (store.login, unquote(url.username or "") or nameless) if one}


def _keep(store: Enforcement, found: list[Difference]) -> int:
    """Write what is new, and end what is not seen any more. Who can read without a grant is told of once."""
    now = timezone.now()
    before = {(one.kind, one.account, one.feature_id, one.grant_id): one for one in store.findings.open()}
    kept, new = [], []
    for one in found:
        row = before.pop((one.kind, one.account[:63], one.feature, one.grant), None)
        if row is None:
            new.append(RightFinding(
                store=store, kind=one.kind, account=one.account[:63], feature_id=one.feature, grant_id=one.grant,
                how=one.how[:500], first_seen_at=now, last_seen_at=now,
            ))  # fmt: skip
        else:
            row.how, row.last_seen_at = one.how[:500], now
            kept.append(row)
    RightFinding.objects.bulk_create(new)
    RightFinding.objects.bulk_update(kept, ["how", "last_seen_at"], batch_size=500)
    ended = RightFinding.objects.filter(pk__in=[one.pk for one in before.values()]).update(gone_at=now)
    _tell(store, [one for one in new if one.kind == FindingKind.EXTRA])
    return len(new) + ended


def _tell(store: Enforcement, new: list[RightFinding]) -> None:
    if not new:
        return
    rows = list(RightFinding.objects.filter(pk__in=[one.pk for one in new]).with_names())
    accounts: dict[str, int] = defaultdict(int)
    for one in rows:
        accounts[one.account] += 1
    who = ", ".join(list(accounts)[:3])
    tell(
        "access.right_found", key=f"rights found {rows[0].pk}",
        teams=[store.connection.owner] if store.connection.owner else [],
        title=f"{store}: {who} can read {len(rows)} personal feature{'s' if len(rows) > 1 else ''} without a grant",
        users=members(), letter=letters.of_findings(store, rows), data={"connection": store.connection.slug},
    )  # fmt: skip
