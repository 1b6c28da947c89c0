"""The plain data that connectors hand out, and the small protocols they fulfil.

Times are timezone-aware UTC, durations are `timedelta`, rates are fractions between 0 and 1.
`None` always means "the store does not say", never zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

ViewKind = Literal["batch", "stream", "on_demand", "label"]
Origin = Literal["declared", "source", "served"]


class ConnectorError(Exception):
    """The outside system could not be read. The message is shown to people: no secrets in it, and a way out."""

    def __init__(self, message: str, *, fix: str = "") -> None:
        super().__init__(message)
        self.fix = fix


class StoreAway(ConnectorError):
    """It could not be reached or entered at all: asking it for something else is of no use now."""


# --- what exists ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    name: str
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityRecord:
    project: str
    name: str
    join_keys: tuple[str, ...]
    value_type: str = ""
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A table, file, stream or request payload. `location` is what a person would call it: path, table, topic."""

    project: str
    name: str
    # file, postgres, snowflake, bigquery, redshift, spark, trino, athena, iceberg, clickhouse, mssql, oracle, mongodb,
    # couchbase, ray, lance, chronon, mlflow, kafka, kinesis, push, request, custom
    kind: str
    location: str = ""
    query: str = ""
    timestamp_field: str = ""
    created_field: str = ""
    field_mapping: dict[str, str] = field(default_factory=dict)
    batch_source: str = ""  # name of the table behind a push or stream source
    options: dict[str, object] = field(default_factory=dict)  # whatever else the store says, free of secrets
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeatureRecord:
    name: str
    # float64, float32, int64, int32, string, bool, bytes, unix_timestamp, zoned_timestamp, decimal, uuid, map, json,
    # struct, array<float32>, set<string>, array<any> ...; "unknown" where the store does not say
    dtype: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    vector_dimension: int | None = None
    vector_metric: str = ""


@dataclass(frozen=True, slots=True)
class ViewRecord:
    project: str
    name: str
    kind: ViewKind
    features: tuple[FeatureRecord, ...]
    entities: tuple[str, ...] = ()
    source: str = ""  # name of the batch source
    stream_source: str = ""
    upstream_views: tuple[str, ...] = ()  # views that an on-demand or derived view reads
    request_fields: tuple[FeatureRecord, ...] = ()  # what the caller must send
    ttl: timedelta | None = None
    online: bool = False
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    definition: str = ""  # inert text of the transformation; shown, never run
    version: int | None = None  # the store's own version number, where it keeps one
    state: str = ""
    declared_until: datetime | None = None  # end of the last materialization interval the registry records
    updated_at: datetime | None = None
    digest: bytes = b""  # of what the store holds: equal digests mean nothing changed
    created_at: datetime | None = None
    join_keys: tuple[str, ...] = ()  # key columns, where the view itself lists them
    options: dict[str, object] = field(default_factory=dict)  # whatever else the store says: mode, org, aggregations...


@dataclass(frozen=True, slots=True)
class ViewVersionRecord:
    """One entry of the store's own version history."""

    project: str
    view: str
    number: int
    features: tuple[FeatureRecord, ...]
    created_at: datetime | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFeature:
    """One view as a service reads it. Empty `features` means none, not all."""

    view: str
    features: tuple[str, ...]
    alias: str = ""
    version: int | None = None
    join_key_map: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """A declared consumer: Feast calls it a feature service."""

    project: str
    name: str
    reads: tuple[ServiceFeature, ...]
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    options: dict[str, object] = field(default_factory=dict)  # logging destination and rate, precomputation


@dataclass(frozen=True, slots=True)
class SavedDatasetRecord:
    project: str
    name: str
    references: tuple[str, ...]  # "view:feature"
    service: str = ""
    description: str = ""
    join_keys: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    earliest_event_at: datetime | None = None
    newest_event_at: datetime | None = None
    options: dict[str, object] = field(default_factory=dict)  # storage, columns, namespace, collection


@dataclass(frozen=True, slots=True)
class PermissionRecord:
    """A rule of the store itself, shown as it stands and never enforced by us."""

    project: str
    name: str
    types: tuple[str, ...]
    name_patterns: tuple[str, ...]
    required_tags: dict[str, str]
    actions: tuple[str, ...]
    policy: str  # "roles: pii, admin"
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Definitions:
    """What one read of a store found.

    `views` and `view_versions` hold only views that are new or changed; `view_names` lists every view that still
    exists. `sources` is everything the store lists, plus what the changed views carry in themselves: a source that is
    missing here is gone only if no remaining view names it. All other lists are complete.
    """

    change_token: str
    projects: list[ProjectRecord] = field(default_factory=list)
    entities: list[EntityRecord] = field(default_factory=list)
    sources: list[SourceRecord] = field(default_factory=list)
    views: list[ViewRecord] = field(default_factory=list)
    view_versions: list[ViewVersionRecord] = field(default_factory=list)
    services: list[ServiceRecord] = field(default_factory=list)
    saved_datasets: list[SavedDatasetRecord] = field(default_factory=list)
    permissions: list[PermissionRecord] = field(default_factory=list)
    view_names: set[tuple[str, str]] = field(default_factory=set)  # (project, view)
    are_names_complete: bool = True  # False when a damaged view could not even be named: then call nothing gone
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Right:
    """One line of a connection test: what was tried, whether it worked, and what to do when it did not."""

    name: str
    ok: bool
    detail: str = ""
    fix: str = ""


# --- how it is -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the values of a feature are parted for good. Part 0 of numbers lies below the first of the rising `edges`,
    and each further part from one edge up to but without the next; booleans and words have parts and no edges.
    """

    edges: tuple[float, ...] = ()
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Within:
    """What its contract lets a feature hold: numbers between bounds, or some values and no others."""

    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str | float, ...] = ()


class StoreType(NamedTuple):
    """What a column is called in its store, and what it is: integer, number, moment, boolean, text, list, opaque."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Column:
    """A feature to measure. `is_personal` keeps values, bounds and histograms from ever leaving the store.

    `cuts` are those that earlier days were counted with; without them a reader chooses some. What lies not `within`
    what the contract allows is counted. Of `is_sampled` ones some values are looked at, in memory, to tell their kind.
    """

    name: str  # the feature's name
    column: str  # the column in the source, after field mapping
    dtype: str
    is_personal: bool
    cuts: Cuts | None = None
    within: Within | None = None
    is_sampled: bool = False


class Sampled(NamedTuple):
    """How many of the different values that were looked at are valid as which kind of personal data: "" for none."""

    kind: str
    valid: int
    looked_at: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day (UTC) of a feature: how many rows have no value, and how many lie in each part of its cuts."""

    day: date
    nulls: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """`lower <= value < upper` (the last bin is closed), or one `label` for text and booleans."""

    count: int
    lower: float | None = None
    upper: float | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What one pass over a feature's values found, nulls included in `rows` but in nothing else.

    `present` is how many rows carry the field at all: a key that was never written is absent, not null.
    `quantiles` maps 0.01 .. 0.99 to values. `length_*` describe arrays, vectors and texts. Times are measured as
    seconds since 1970. `histogram` has at most 64 bins, or two labelled ones for a boolean.
    """

    feature: str
    rows: int
    nulls: int
    present: int | None = None
    distinct: int | None = None
    is_distinct_approximate: bool = False
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    stddev: float | None = None
    quantiles: dict[float, float] = field(default_factory=dict)
    histogram: tuple[Bin, ...] = ()
    length_minimum: int | None = None
    length_maximum: int | None = None
    outside: int | None = None  # rows with a value that the contract does not allow; None: not counted
    cuts: Cuts | None = None  # None: values are not parted, so that days of it cannot be compared
    days: tuple[DayCount, ...] = ()
    error: str = ""  # why this feature could not be measured; the other fields are then meaningless

    @property
    def null_rate(self) -> float | None:
        return self.nulls / self.rows if self.rows and not self.error else None


@dataclass(frozen=True, slots=True)
class ViewReading:
    """One view as one store shows it now.

    `newest_event_at` is the newest of all rows, also where `since` narrowed everything else to a window; of a sample it
    is the newest in the sample. `rows` of an online store are its entities.
    `sample_size` is None when every row was read; otherwise `null_rate_error` is the half-width of the
    95 % interval for a rate near one half, the widest it can be.
    """

    origin: Origin
    newest_event_at: datetime | None
    rows: int | None
    entities: int | None
    profiles: tuple[Profile, ...] = ()
    sample_size: int | None = None
    null_rate_error: float | None = None
    window_from: datetime | None = None
    window_until: datetime | None = None
    query: str = ""  # what was asked, for evidence; free of values and secrets
    warnings: tuple[str, ...] = ()
    is_entity_count_approximate: bool = False
    types: Mapping[str, StoreType] = field(default_factory=dict)  # by feature; those that the store lacks are missing
    rows_by_day: tuple[tuple[date, int], ...] = ()  # of the days that were asked for
    is_snapshot: bool = False  # rows have no time: its one day is that of the reading
    stored_bytes: int | None = None  # that the view takes in the store, as the store itself counts
    sampled: Mapping[str, Sampled] = field(default_factory=dict)  # by feature, of those with enough values to tell


@dataclass(frozen=True, slots=True)
class ViewTarget:
    """Where one view's values are, as far as a reader needs to know."""

    project: str
    view: str
    version: int | None
    join_keys: tuple[str, ...]
    columns: tuple[Column, ...]
    source_kind: str = ""
    location: str = ""
    query: str = ""
    timestamp_column: str = ""
    days_back: int = 0  # how many days before the newest event are counted each for itself; 0: none
    days_from: date | None = None  # or from here on, if that is earlier


class DefinitionReader(Protocol):
    """A registry of definitions."""

    def test(self) -> list[Right]: ...
    def change_token(self) -> str: ...
    def definitions(self, *, known: dict[tuple[str, str], bytes]) -> Definitions:
        """Everything but views whose digest is in `known` under their (project, view)."""
        ...


Scalar = str | float | bool | None


class ServedRow(NamedTuple):
    """One entity of a view as it is served: the values of its join keys as text, in the order of the target's."""

    key: tuple[str, ...]
    at: datetime
    values: dict[str, Scalar]


class SourceRow(NamedTuple):
    """The newest row of one entity in the source that is not newer than asked for, and the entity's newest of all."""

    at: datetime
    values: dict[str, Scalar]
    newest_at: datetime


@runtime_checkable
class KeySampler(Protocol):
    """An online store that hands out some entities at random. Personal columns must not be asked for."""

    def sample(self, target: ViewTarget, size: int) -> list[ServedRow]: ...


@runtime_checkable
class KeyLookup(Protocol):
    """An offline store that looks entities up, each as it was at a moment. Personal columns must not be asked for."""

    def rows_at(
        self, target: ViewTarget, wanted: Sequence[tuple[tuple[str, ...], datetime]]
    ) -> dict[tuple[str, ...], SourceRow]: ...


class KeySample(NamedTuple):
    """Some entities of a source: those whose keys have the lowest hashes, with these. Two sources are sampled alike, so
    that the lowest of both together are a sample of all entities that either has; another salt draws others. `query` is
    what is asked, for evidence: for the keys, and for rows of them."""

    keys: tuple[tuple[str, tuple[str, ...]], ...]  # (hash, key)
    newest_at: datetime | None
    query: str


@runtime_checkable
class KeyPicker(KeyLookup, Protocol):
    """An offline store that also hands out a sample of its entities."""

    def pick_keys(self, target: ViewTarget, size: int, salt: int) -> KeySample: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """What a store, or a server in front of it, says of itself: of one view, or as a whole where `view` is empty.

    `name` is one of `monitoring.serving.FIGURES`, which says its unit. An empty `project` means that it was not told.
    """

    name: str
    value: float
    query: str  # what was asked, for evidence; free of secrets
    view: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is not known is not among them. `problems` are questions that went unanswered, and why."""

    figures: tuple[Figure, ...] = ()
    problems: tuple[str, ...] = ()


@runtime_checkable
class FigureTeller(Protocol):
    """What tells figures, without a value of any feature in them."""

    def figures(self) -> Figures: ...


class FigureSource(FigureTeller, Protocol):
    """A service that does nothing but tell figures."""

    def test(self) -> list[Right]: ...


class ViewReader(Protocol):
    """A store that holds values. One call measures one view in one pass."""

    origin: Origin

    def test(self) -> list[Right]: ...
    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading: ...


# --- where from and where to ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelVersionRecord:
    """One version of a registered model."""

    number: str  # as the model registry writes it
    stage: str = ""  # Production, Staging, Archived; newer registries use aliases instead
    aliases: tuple[str, ...] = ()
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    run_id: str = ""  # of the training run, as the model registry writes it
    feature_refs: tuple[str, ...] = ()  # "view:feature" as written in tags of the version, its run or its model
    feature_service: str = ""  # the declared set of features it reads, where the tags name one
    feature_project: str = ""  # of the feature store that refs and service belong to
    datasets: tuple[str, ...] = ()  # names of what the training run logged as inputs
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A registered model with those of its versions that were read, oldest first."""

    name: str
    versions: tuple[ModelVersionRecord, ...] = ()
    description: str = ""
    owner: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None


@dataclass(slots=True)
class LineageFound:
    """One page of what a read found.

    `events` are OpenLineage events (RunEvent, JobEvent or DatasetEvent of spec 2-0-2) as plain JSON data. Once they are
    stored, `cursor` may be: reading again since it goes on behind this page. It is JSON without secrets; where a tool
    does not say which of its jobs changed, of some 15 bytes for each of them.
    """

    cursor: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    models: list[ModelRecord] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    model_names: frozenset[str] | None = None  # of all that there are, told once a read by a registry of models


class LineageReader(Protocol):
    """A tool that knows jobs, runs, datasets or models, and has to be asked for them."""

    def test(self) -> list[Right]: ...
    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """What is new since a cursor, page by page; {} begins anew. Whoever has no more time stops between pages.

        At least once: what changed while it was read may come again, with the same run ids. Raises ConnectorError.
        """
        ...
