"""Feast's four kinds of feature view as `ViewRecord`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.feast import registry_pb2 as pb
from connectors.feast.fields import features, moment, seconds, span, texts, word
from connectors.feast.sources import STREAMS, kind_of, plain, request_fields, source_name
from connectors.records import FeatureRecord, ViewKind, ViewRecord

DUMMY_ENTITY = "__dummy"
DUMMY_KEY = "__dummy_id"
LATEST = ("", "latest")

ViewMessage = pb.FeatureView | pb.StreamFeatureView | pb.OnDemandFeatureView | pb.LabelView
ViewSpec = pb.FeatureViewSpec | pb.StreamFeatureViewSpec | pb.OnDemandFeatureViewSpec | pb.LabelViewSpec

# Table of an SQL registry, which is also the field of a file registry: its message and what we call it.
VIEW_TABLES: dict[str, tuple[type[ViewMessage], ViewKind]] = {
    "feature_views": (pb.FeatureView, "batch"),
    "stream_feature_views": (pb.StreamFeatureView, "stream"),
    "on_demand_feature_views": (pb.OnDemandFeatureView, "on_demand"),
    "label_views": (pb.LabelView, "label"),
}
# The words of the version history.
VIEW_TYPES: dict[str, type[ViewMessage]] = {
    "feature_view": pb.FeatureView,
    "stream_feature_view": pb.StreamFeatureView,
    "on_demand_feature_view": pb.OnDemandFeatureView,
    "label_view": pb.LabelView,
}
OPTIONS = (
    *("mode", "org", "offline", "enable_validation", "disabled", "enable_tiling", "singleton", "timestamp_field"),
    *("labeler_field", "retain_history", "reference_feature_view"),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """What the registry says about a view outside the view itself."""

    project: str
    name: str
    digest: bytes = b""
    newest_version: int | None = None  # in the registry's version history
    join_keys: frozenset[str] = frozenset()  # of the view's entities, for registries that list them among the features


def view_of(message: ViewMessage, kind: ViewKind, identity: Identity) -> ViewRecord:
    spec = message.spec
    batch, stream = _batch_and_stream(spec)
    return ViewRecord(
        project=identity.project,
        name=identity.name,
        kind=kind,
        features=own_features(spec, identity.join_keys),
        entities=tuple(name for name in spec.entities if name != DUMMY_ENTITY),
        source=source_name(batch) if batch else "",
        stream_source=source_name(stream) if stream else "",
        upstream_views=_upstream(spec),
        request_fields=_request_fields(spec),
        ttl=None if isinstance(spec, pb.OnDemandFeatureViewSpec) else span(spec.ttl),
        online=spec.write_to_online_store if isinstance(spec, pb.OnDemandFeatureViewSpec) else spec.online,
        description=spec.description,
        owner=spec.owner,
        tags=texts(spec.tags),
        definition=_definition(spec),
        version=_version(message, identity.newest_version),
        state=_state(message),
        declared_until=_declared_until(message),
        created_at=moment(message.meta.created_timestamp),
        updated_at=moment(message.meta.last_updated_timestamp),
        join_keys=tuple(column.name for column in spec.entity_columns if column.name != DUMMY_KEY),
        options=_options(spec),
        digest=identity.digest,
    )


def own_features(spec: ViewSpec, join_keys: frozenset[str] = frozenset()) -> tuple[FeatureRecord, ...]:
    """Without the join keys, which stream views and old registries repeat among the features."""
    keys = {column.name for column in spec.entity_columns} | join_keys
    return features(field for field in spec.features if field.name not in keys)


def embedded_sources(spec: ViewSpec) -> Iterator[pb.DataSource]:
    """Sources that the view carries in itself; registries before 2022 keep them nowhere else."""
    fields = spec.DESCRIPTOR.fields_by_name
    for name in ("batch_source", "stream_source", "source"):
        if name in fields and spec.HasField(name):
            yield getattr(spec, name)
    if isinstance(spec, pb.OnDemandFeatureViewSpec):
        for _, source in sorted(spec.sources.items()):
            if source.HasField("request_data_source"):
                yield source.request_data_source


def _batch_and_stream(spec: ViewSpec) -> tuple[pb.DataSource | None, pb.DataSource | None]:
    """The table and the stream behind a view, wherever the view keeps them."""
    batch = stream = None
    for source in embedded_sources(spec):
        kind = kind_of(source)
        if kind in STREAMS:
            stream = stream or source
            batch = batch or (source.batch_source if source.HasField("batch_source") else None)
        elif kind != "request":
            batch = batch or source
    return batch, stream


def _upstream(spec: ViewSpec) -> tuple[str, ...]:
    if isinstance(spec, pb.FeatureViewSpec):
        return tuple(view.name for view in spec.source_views)
    if not isinstance(spec, pb.OnDemandFeatureViewSpec):
        return ()
    names = {
        source.feature_view_projection.feature_view_name or source.feature_view.spec.name
        for source in spec.sources.values()
    }
    return tuple(sorted(names - {""}))


def _request_fields(spec: ViewSpec) -> tuple[FeatureRecord, ...]:
    if not isinstance(spec, pb.OnDemandFeatureViewSpec):
        return ()
    return tuple(field for source in embedded_sources(spec) for field in request_fields(source))


def _definition(spec: ViewSpec) -> str:
    """The text of the transformation, and nothing but text: pickled code is not even decoded."""
    if isinstance(spec, pb.LabelViewSpec):
        return ""
    text: str = spec.feature_transformation.user_defined_function.body_text
    if not text and not isinstance(spec, pb.FeatureViewSpec):
        text = spec.user_defined_function.body_text
    return text


def _version(message: ViewMessage, newest: int | None) -> int | None:
    """Feast stores 0 both for "version 0" and for "no versions"; a pin or a history tells them apart."""
    if isinstance(message, pb.LabelView):
        return newest
    number: int = message.meta.current_version_number
    if number > 0:
        return number
    return 0 if newest is not None or message.spec.version.lower() not in LATEST else None


def _state(message: ViewMessage) -> str:
    """As Feast says it, in lower case; "" where it does not say."""
    if isinstance(message, pb.LabelView) or not message.meta.state:
        return ""
    return word(pb.ViewState.Enum, message.meta.state).lower()


def _declared_until(message: ViewMessage) -> datetime | None:
    if not isinstance(message, pb.FeatureView | pb.StreamFeatureView):
        return None
    ends = [moment(interval.end_time) for interval in message.meta.materialization_intervals]
    return max((end for end in ends if end), default=None)


def _options(spec: ViewSpec) -> dict[str, object]:
    """What has no place of its own in `ViewRecord`; only what is set."""
    found: dict[str, object] = {name: getattr(spec, name) for name in OPTIONS if getattr(spec, name, None)}
    if not isinstance(spec, pb.LabelViewSpec) and spec.version.lower() not in LATEST:
        found["pinned_version"] = spec.version
    if isinstance(spec, pb.LabelViewSpec):
        found["conflict_policy"] = word(pb.ConflictPolicy.Enum, spec.conflict_policy).lower()
    if isinstance(spec, pb.StreamFeatureViewSpec | pb.OnDemandFeatureViewSpec) and spec.aggregations:
        found["aggregations"] = [plain(aggregation) for aggregation in spec.aggregations]
    if isinstance(spec, pb.StreamFeatureViewSpec) and spec.HasField("tiling_hop_size"):
        found["tiling_hop_size_seconds"] = seconds(spec.tiling_hop_size)
    if isinstance(spec, pb.OnDemandFeatureViewSpec):
        found["request_sources"] = [source_name(source) for source in embedded_sources(spec)]
    return {name: value for name, value in found.items() if value}
