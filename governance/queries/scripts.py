"""What grants mean in stores, for people: in one sentence before they decide, and as scripts where Charter itself does
nothing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from connectors.feast.permissions import permissions
from connectors.postgres.granting import granted
from connectors.records import ConnectorError
from connectors.redis.granting import shown
from connectors.redis.rules import selector
from connectors.rights import Permit
from connectors.snowflake.masking import masking
from governance.models import AccessRequest, Enforcement, Grant, Place, RequestItem, Setting
from governance.queries.needs import SCRIPT_ONLY, Need, Needs, needs_of
from governance.queries.wanted import Reader, accounts_in, covers, living_in, reader_of, wanted_in, why_not_given
from registry.models import Connection, Version

NOUNS = {"column": "column grant", "table": "table grant", "keys": "ACL rule"}
TYPES = {"int": "NUMBER", "float": "FLOAT", "bool": "BOOLEAN", "string": "VARCHAR", "timestamp": "TIMESTAMP_NTZ"}


@dataclass(frozen=True, slots=True)
class Effect:
    """What approving a request does in one store."""

    store: str
    said: str
    is_on: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """To be reviewed and run by people, as `language` names it."""

    title: str
    language: str
    text: str


def effects_of(request: AccessRequest, items: Sequence[RequestItem]) -> list[Effect]:
    """By store. Nothing is asked of any store for it."""
    rows = Version.objects.filter(pk__in=[item.version_id for item in items]).order_by("pk")
    together = ("feature__view__connection", "feature__view__project", "feature__view__source__batch_source")
    versions = rows.select_related(*together).prefetch_related("feature__view__entities", "feature__view__features")
    found, by_connection = [], defaultdict(list)
    for version in versions:
        by_connection[version.feature.view.connection].append(version)
    for connection, mine in by_connection.items():
        found += _effects(connection, request, mine) if connection else []
    return found


def _effects(connection: Connection, request: AccessRequest, versions: Sequence[Version]) -> list[Effect]:
    stores = {one.place: one for one in Enforcement.objects.filter(connection=connection)}
    reader: Reader = (request.consumer_id, None if request.consumer_id else request.requester_id)
    accounts, held = accounts_in(connection), covers(living_in(connection))
    asked = {one.feature_id for one in versions}
    by_place: dict[Place, list[Need]] = defaultdict(list)
    known = Needs()
    for version in versions:
        for need in known.of(version, request.setting):
            by_place[need.place].append(need)
    found = []
    for place, needs in by_place.items():
        store = stores.get(place) or Enforcement(connection=connection, place=place)
        account = accounts.get((store.pk, reader), "") if store.pk else ""
        covered = held[reader, place.value] | asked
        why = next((text for one in needs if (text := why_not_given(one, account, request.subject, covered))), "")
        found.append(Effect(str(store), _counted(needs), store.is_on, why))
    return found


def _counted(needs: Iterable[Need]) -> str:
    """Such as "1 PostgreSQL column grant"."""
    things = {(one.product, one.targets[0]) for one in needs if one.targets}
    counts = Counter(
        f"{product} {'masking policy' if product == SCRIPT_ONLY else NOUNS[target.kind]}" for product, target in things
    )
    return ", ".join(f"{number} {noun}{'s' if number > 1 else ''}" for noun, number in counts.items()) or "nothing"


def scripts_of(connection: Connection, grants: Collection[Grant] | None = None) -> list[Script]:
    """What gives the rights of these grants, or of all that hold now, in stores that Charter does not keep."""
    living = [one for one in living_in(connection) if grants is None or one in grants]
    off = set(Enforcement.objects.filter(connection=connection, is_on=False).values_list("pk", flat=True))
    permits = [
        permit for (store, permit), whose in wanted_in(connection).permits.items()
        if store in off and any(one in living for one in whose)
    ]  # fmt: skip
    found = [
        Script("PostgreSQL", "sql", "\n".join(_sql(one) for one in permits if one.target.kind != "keys")),
        Script("Redis", "text", "\n".join(_acl(one) for one in permits if one.target.kind == "keys")),
        Script("Snowflake", "sql", _snowflake(connection, living)),
        Script("Feast", "python", _feast(connection, living)),
    ]
    return [one for one in found if one.text]


def _sql(permit: Permit) -> str:
    target = permit.target
    table = target.path[:-1] if target.kind == "column" else target.path[-1:]
    return f"{granted(permit, table).as_string(None)};"


def _acl(permit: Permit) -> str:
    return f'ACL SETUSER {permit.account} "{shown(selector(permit.target.path[0].encode("latin-1")))}"'


def _snowflake(connection: Connection, living: Iterable[Grant]) -> str:
    """A policy shows a column to all who may see it, so it is written whole."""
    accounts = accounts_in(connection)
    store = Enforcement.objects.filter(connection=connection, place=Place.OFFLINE).first()
    columns: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for grant in living:
        account = accounts.get((store.pk, reader_of(grant))) if store else None
        for need in needs_of(grant.version, grant.setting):
            if account and need.product == SCRIPT_ONLY:
                table, column = need.targets[0].path
                columns.setdefault((table, column), (_type(grant.version.dtype), []))[1].append(account)
    try:
        return masking({place: (kind, sorted(set(roles))) for place, (kind, roles) in columns.items()})
    except ConnectorError as error:
        return f"-- {error} {error.fix}"


def _type(dtype: str) -> str:
    return next((name for start, name in TYPES.items() if dtype.startswith(start)), "VARIANT")


def _feast(connection: Connection, living: Iterable[Grant]) -> str:
    accounts = accounts_in(connection)
    store = Enforcement.objects.filter(connection=connection, place=Place.REGISTRY).first()
    readers: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for grant in living:
        if store and (account := accounts.get((store.pk, reader_of(grant)))):
            readers[grant.version.feature.view.name, grant.setting == Setting.ONLINE].append(account)
    return permissions(readers) if readers else ""
