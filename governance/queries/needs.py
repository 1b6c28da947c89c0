"""What the stores of a connection have to give a reader for one version: its column, its table, its keys."""

from dataclasses import dataclass

from django.db.models import QuerySet

from connectors.feast.online_patterns import keys_of
from connectors.feast.online_tables import tables_of
from connectors.gates import product_at
from connectors.postgres.names import parts_of
from connectors.records import ConnectorError, ViewTarget
from connectors.rights import Target
from governance.models import Place, Setting
from monitoring.actions.measure import target as target_of
from monitoring.models import Origin
from registry.models import Connection, Feature, FeatureView, Version
from registry.stores import address

SCRIPT_ONLY = "Snowflake"
ADDRESS_OF = {Place.OFFLINE: "offline_url", Place.ONLINE: "online_url"}


@dataclass(frozen=True, slots=True)
class Need:
    """What one store has to give. The first of `targets` holds the values, the others are needed to read it. `shared`
    are other personal features that it shows as well, and `hindrance` says why the store cannot be told at all."""

    place: Place
    product: str
    targets: tuple[Target, ...] = ()
    shared: frozenset[int] = frozenset()
    hindrance: str = ""


def needs_of(version: Version, setting: str) -> list[Need]:
    """By store. Stores that keep no rights which Charter knows need nothing: there decisions alone say no."""
    view = version.feature.view
    if view.connection is None:
        return []
    found = [_offline(view, version.feature)]
    if setting == Setting.ONLINE and view.is_online:
        found.append(_online(view, version.feature))
    return [one for one in found if one is not None]


def product_of(connection: Connection, place: str) -> str:
    """What keeps the rights of a connection's store; empty for one that is not there or keeps none."""
    if place == Place.REGISTRY:
        return "Feast" if connection.kind == "feast" else ""
    try:
        found = product_at(address(connection, ADDRESS_OF[Place(place)]))
    except ConnectorError:
        return ""  # its secret is missing, so nothing can be read there either
    is_snowflake = place == Place.OFFLINE and connection.views.filter(source__kind="snowflake").exists()
    return SCRIPT_ONLY if is_snowflake and not found else found


def _offline(view: FeatureView, feature: Feature) -> Need | None:
    source = view.source.batch_source or view.source if view.source else None
    if source is None or view.connection is None:
        return None
    if source.kind == "snowflake":
        table = target_of(view, [feature], Origin.SOURCE)
        return Need(Place.OFFLINE, SCRIPT_ONLY, (Target("column", (table.location, table.columns[0].column)),))
    product = product_of(view.connection, Place.OFFLINE) if source.kind == "postgres" else ""
    if product != "PostgreSQL":
        return None
    if not source.location:
        return Need(Place.OFFLINE, product, hindrance=f"The source of {view} is a query: rights are of tables.")
    try:
        return Need(Place.OFFLINE, product, _columns(view, feature))
    except ConnectorError as error:
        return Need(Place.OFFLINE, product, hindrance=str(error))


def _columns(view: FeatureView, feature: Feature) -> tuple[Target, ...]:
    """The feature's column; and what tells whose value it is and from when, unless that is personal by itself."""
    table = target_of(view, [feature, *(one for one in view.features.all() if one.is_personal)], Origin.SOURCE)
    parts, (first, *others) = parts_of(table.location), table.columns
    personal = {one.column for one in others}
    beside = dict.fromkeys([*table.join_keys, table.timestamp_column])
    names = [first.column, *(one for one in beside if one and one not in personal)]
    schema = [Target("schema", (parts[0],))] if len(parts) > 1 else []
    return (*(Target("column", (*parts, name)) for name in names), *schema)


def _online(view: FeatureView, feature: Feature) -> Need | None:
    assert view.connection is not None  # noqa: S101  asked before
    product, table = product_of(view.connection, Place.ONLINE), target_of(view, [feature], Origin.SERVED)
    match product:
        case "PostgreSQL":
            shared = view.features.present().personal()
            return Need(Place.ONLINE, product, (Target("table", tuple(tables_of(table))),), _numbers(shared, feature))
        case "Redis":
            return _keys(view, feature, table)
    return None


def _keys(view: FeatureView, feature: Feature, table: ViewTarget) -> Need:
    """A hash holds all features of an entity: rights are of keys, so they show all of them."""
    try:
        keys = keys_of(table.project, table.join_keys)
    except ConnectorError as error:
        return Need(Place.ONLINE, "Redis", hindrance=str(error))
    views = _together(view.connection_id, table.project, tuple(sorted(table.join_keys)))
    shared = Feature.objects.present().personal().filter(view__in=views)
    return Need(Place.ONLINE, "Redis", (Target("keys", (keys.decode("latin-1"),)),), _numbers(shared, feature))


def _together(connection_id: int | None, project: str, keys: tuple[str, ...]) -> list[int]:
    """Views that are served under such keys: of the project, and of those whose names end with its name."""
    views = FeatureView.objects.present().filter(connection=connection_id, is_online=True)
    return [
        one.pk for one in views.select_related("project").prefetch_related("entities")
        if (one.project.upstream_name or one.project.name).endswith(project)
        and tuple(sorted(key for entity in one.entities.all() for key in entity.join_keys)) == keys
    ]  # fmt: skip


def _numbers(features: QuerySet[Feature], but: Feature) -> frozenset[int]:
    return frozenset(features.exclude(pk=but.pk).values_list("pk", flat=True))
