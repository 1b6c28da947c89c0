"""Feast's projects, entities, services, saved datasets, permissions and version history as records."""

from connectors.feast import registry_pb2 as pb
from connectors.feast.fields import DTYPES, UNKNOWN, moment, texts, word
from connectors.feast.sources import configuration, plain
from connectors.records import (
    EntityRecord,
    PermissionRecord,
    ProjectRecord,
    SavedDatasetRecord,
    ServiceFeature,
    ServiceRecord,
)
from connectors.redaction import safe_options


def project_of(message: pb.Project, name: str) -> ProjectRecord:
    spec = message.spec
    return ProjectRecord(name=name, description=spec.description, owner=spec.owner, tags=texts(spec.tags))


def entity_of(message: pb.Entity, project: str, name: str) -> EntityRecord:
    spec = message.spec
    value_type = DTYPES.get(spec.value_type, UNKNOWN)
    return EntityRecord(
        project=project,
        name=name,
        join_keys=(spec.join_key or name,),
        value_type="" if value_type == UNKNOWN else value_type,
        description=spec.description,
        owner=spec.owner,
        tags=texts(spec.tags),
    )


def service_of(message: pb.FeatureService, project: str, name: str) -> ServiceRecord:
    spec = message.spec
    return ServiceRecord(
        project=project,
        name=name,
        reads=tuple(_service_feature(projection) for projection in spec.features),
        description=spec.description,
        owner=spec.owner,
        tags=texts(spec.tags),
        options=_service_options(spec),
    )


def _service_feature(projection: pb.Projection) -> ServiceFeature:
    return ServiceFeature(
        view=projection.feature_view_name,
        features=tuple(column.name for column in projection.feature_columns),
        alias=projection.feature_view_name_alias,
        version=projection.version_tag if projection.HasField("version_tag") else None,
        join_key_map=texts(projection.join_key_map),
    )


def _service_options(spec: pb.FeatureServiceSpec) -> dict[str, object]:
    options: dict[str, object] = {"precompute_online": True} if spec.precompute_online else {}
    if spec.HasField("logging_config"):
        options["logging"] = safe_options(plain(spec.logging_config))
    return options


def saved_dataset_of(message: pb.SavedDataset, project: str, name: str) -> SavedDatasetRecord:
    spec = message.spec
    return SavedDatasetRecord(
        project=project,
        name=name,
        references=tuple(spec.features),
        service=spec.feature_service_name,
        description=spec.description,
        join_keys=tuple(spec.join_keys),
        tags=texts(spec.tags),
        earliest_event_at=moment(message.meta.min_event_timestamp),
        newest_event_at=moment(message.meta.max_event_timestamp),
        options=_saved_dataset_options(spec),
    )


def _saved_dataset_options(spec: pb.SavedDatasetSpec) -> dict[str, object]:
    options: dict[str, object] = {"namespace": spec.namespace, "collection": spec.collection}
    kind = spec.storage.WhichOneof("kind")
    if kind:
        storage = getattr(spec.storage, kind)
        settings = configuration(storage) if kind == "custom_storage" else plain(storage)
        options["storage"] = safe_options({"kind": kind.removesuffix("_storage"), **settings})
    options["columns"] = [plain(column) for column in spec.columns]
    return {name: value for name, value in options.items() if value}


def permission_of(message: pb.Permission, project: str, name: str) -> PermissionRecord:
    spec = message.spec
    return PermissionRecord(
        project=project,
        name=name,
        types=tuple(word(pb.PermissionSpec.Type, number) for number in spec.types),
        name_patterns=tuple(spec.name_patterns),
        required_tags=texts(spec.required_tags),
        actions=tuple(word(pb.PermissionSpec.Action, number) for number in spec.actions),
        policy=_policy(spec.policy),
        tags=texts(spec.tags),
    )


def _policy(policy: pb.Policy) -> str:
    """One line a person can read: "roles: pii, admin"."""
    chosen = policy.WhichOneof("policy_type")
    if not chosen:
        return ""
    who = plain(getattr(policy, chosen))
    return "; ".join(f"{name}: {', '.join(map(str, names))}" for name, names in who.items() if isinstance(names, list))
