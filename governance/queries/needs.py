"""What the stores of a connection have to give a reader for one version: its column, its table, its keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.feast.online_patterns import keys_of
from connectors.feast.online_tables import tables_of
from connectors.gates import product_at
from connectors.postgres.names import parts_of
from connectors.records import Column, ConnectorError, ViewTarget
from connectors.rights import Target
from governance.models import Place, Setting
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


class Needs:
    """Answers for many versions: what is the same for several of them is asked once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], list[Need]] = {}
        self._products: dict[tuple[int, str], str] = {}
        self._together: dict[tuple[int, str, tuple[str, ...]], frozenset[int]] = {}

    def of(self, version: Version, setting: str) -> list[Need]:
        """By store. Stores that keep no rights which Charter knows need nothing: there decisions alone say no."""
        key = version.feature_id, setting
        if key not in self._known:
            self._known[key] = self._of(version.feature.view, version.feature, setting)
        return self._known[key]

    def _of(self, view: FeatureView, feature: Feature, setting: str) -> list[Need]:
        if view.connection is None:
            return []
        found = [self._offline(view.connection, view, feature)]
        if setting == Setting.ONLINE and view.is_online:
            found.append(self._online(view.connection, view, feature))
        return [one for one in found if one is not None]

    def _offline(self, connection: Connection, view: FeatureView, feature: Feature) -> Need | None:
        source = view.source.batch_source or view.source if view.source else None
        if source is None:
            return None
        if source.kind == "snowflake":
            table = _table(view, [feature], is_source=True)
            return Need(Place.OFFLINE, SCRIPT_ONLY, (Target("column", (table.location, table.columns[0].column)),))
        product = self._product(connection, Place.OFFLINE) if source.kind == "postgres" else ""
        if product != "PostgreSQL":
            return None
        if not source.location:
            return Need(Place.OFFLINE, product, hindrance=f"The source of {view} is a query: rights are of tables.")
        try:
            return Need(Place.OFFLINE, product, _columns(view, feature))
        except ConnectorError as error:
            return Need(Place.OFFLINE, product, hindrance=str(error))

    def _online(self, connection: Connection, view: FeatureView, feature: Feature) -> Need | None:
        product, table = self._product(connection, Place.ONLINE), _table(view, [feature])
        match product:
            case "PostgreSQL":
                shared = {one.pk for one in view.features.all() if one.gone_at is None and one.is_personal}
                return Need(
                    Place.ONLINE, product, (Target("table", tuple(tables_of(table))),), frozenset(shared - {feature.pk})
                )
            case "Redis":
                return self._keys(connection, feature, table)
        return None

    def _keys(self, connection: Connection, feature: Feature, table: ViewTarget) -> Need:
        """A hash holds all features of an entity: rights are of keys, so they show all of them."""
        try:
            keys = keys_of(table.project, table.join_keys)
        except ConnectorError as error:
            return Need(Place.ONLINE, "Redis", hindrance=str(error))
        key = connection.pk, table.project, tuple(sorted(table.join_keys))
        if key not in self._together:
            features = Feature.objects.present().personal().filter(view__in=_together(*key))
            self._together[key] = frozenset(features.values_list("pk", flat=True))
        target = Target("keys", (keys.decode("latin-1"),))
        return Need(Place.ONLINE, "Redis", (target,), self._together[key] - {feature.pk})

    def _product(self, connection: Connection, place: Place) -> str:
        key = connection.pk, place.value
        if key not in self._products:
            self._products[key] = product_of(connection, place)
        return self._products[key]


def needs_of(version: Version, setting: str) -> list[Need]:
    """What the stores have to give for one version."""
    return Needs().of(version, setting)


def product_of(connection: Connection, place: str) -> str:
    """What keeps the rights of a connection's store; empty for one that is not there or keeps none."""
    if place == Place.REGISTRY:
        return "Feast" if connection.kind == "feast" else ""
    try:
        found = product_at(address(connection, ADDRESS_OF[Place(place)]))
    except ConnectorError:
        return ""  # its secret is missing, so nothing can be read there either
    if not found and place == Place.OFFLINE and connection.views.filter(source__kind="snowflake").exists():
        return SCRIPT_ONLY
    return found


def _table(view: FeatureView, features: Sequence[Feature], *, is_source: bool = False) -> ViewTarget:
    """Where features are: in the source, columns and keys have the names from before field mapping."""
    source = view.source.batch_source or view.source if view.source else None
    mapping = source.field_mapping if source and is_source else {}
    column_of = {to: column for column, to in mapping.items()}
    return ViewTarget(
        project=view.project.upstream_name or view.project.name, view=view.name, version=view.upstream_version,
        join_keys=tuple(column_of.get(key, key) for entity in view.entities.all() for key in entity.join_keys),
        columns=tuple(
            Column(one.name, column_of.get(one.name, one.name), one.dtype, one.is_personal) for one in features
        ),
        location=source.location if source else "", timestamp_column=source.timestamp_field if source else "",
    )  # fmt: skip


def _columns(view: FeatureView, feature: Feature) -> tuple[Target, ...]:
    """The feature's column; and what tells whose value it is and from when, unless that is personal by itself."""
    table = _table(view, [feature, *(one for one in view.features.all() if one.is_personal)], is_source=True)
    parts, (first, *others) = parts_of(table.location), table.columns
    personal = {one.column for one in others}
    beside = dict.fromkeys([*table.join_keys, table.timestamp_column])
    names = [first.column, *(one for one in beside if one and one not in personal)]
    schema = [Target("schema", (parts[0],))] if len(parts) > 1 else []
    return (*(Target("column", (*parts, name)) for name in names), *schema)


def _together(connection_id: int, project: str, keys: tuple[str, ...]) -> list[int]:
    """Views that are served under such keys: of the project, and of those whose names end with its name."""
    views = FeatureView.objects.present().filter(connection=connection_id, is_online=True)
    return [
        one.pk for one in views.select_related("project").prefetch_related("entities")
        if (one.project.upstream_name or one.project.name).endswith(project)
        and tuple(sorted(key for entity in one.entities.all() for key in entity.join_keys)) == keys
    ]  # fmt: skip
