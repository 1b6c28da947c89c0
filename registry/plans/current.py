"""Feature views of the registry as documents, in the words of files. A handful of queries, however many views."""

from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b

import orjson
from django.db.models import QuerySet

from charter.files.documents import FeatureDocument, VersionDocument, ViewDocument
from charter.files.writing import to_data
from charter.terms import TERMS
from registry.actions.bulk import in_chunks
from registry.choices import PrivacyClass, VersionState
from registry.contracts import VALUE_FIELDS
from registry.models import Feature, FeatureView, Tag, Version

# Where the registry has another name for a field than files.
COLUMNS = {"every": "schedule_every", "online": "is_online"}
_ENDING = ("number", "state", "note", "sunset_on", "state_reason", "deprecated_at")
_AT_ONCE = 500


def documents_of(views: QuerySet[FeatureView]) -> dict[str, ViewDocument]:
    """Views by key, with every feature and version that is not gone. The caller has narrowed them to somebody."""
    found: dict[str, ViewDocument] = {}
    keys = views.order_by("key").values_list("pk", flat=True)
    for chunk in in_chunks(list(keys), _AT_ONCE):
        found |= _documents(chunk)
    return found


def _documents(views: list[int]) -> dict[str, ViewDocument]:
    by_view = {row.pk: _view(row) for row in _rows(views)}
    by_feature: dict[int, FeatureDocument] = {}
    held = Feature.objects.filter(view__in=views, gone_at__isnull=True).order_by("key")
    columns = ("pk", "view_id", "name", "description", "owner__slug", "slo_drift")
    for pk, view, name, description, owner, drift in held.values_list(*columns):
        document = by_view[view]
        own = owner if owner and owner != document.owner else ""
        by_feature[pk] = document.features.setdefault(name, FeatureDocument(name, description, own, slo_drift=drift))
    own_tags = Tag.objects.filter(feature__in=list(by_feature)).values_list("feature_id", "key", "value")
    for pk, key, value in own_tags:
        by_feature[pk].tags[key] = value
    _add_versions(by_feature)
    return {document.key: document for document in by_view.values()}


def _rows(views: list[int]) -> Iterable[FeatureView]:
    rows = FeatureView.objects.filter(pk__in=views).order_by("key")
    return rows.select_related("project", "owner", "source", "connection").prefetch_related("entities")


def _view(row: FeatureView) -> ViewDocument:
    return ViewDocument(
        row.project.name, row.name, row.owner.slug if row.owner else "", row.description, row.kind,
        {entity.name: list(entity.join_keys) for entity in row.entities.all()}, _source(row),
        _seconds(row.schedule_every), row.is_online, _seconds(row.ttl), _seconds(row.slo_freshness),
        row.slo_max_null_rate, row.slo_drift,
    )  # fmt: skip


def _source(row: FeatureView) -> dict[str, str]:
    if row.connection is None:
        return {}
    said = {"connection": row.connection.slug}
    if row.source is not None:
        said |= {"ref": row.source.name, "timestampField": row.source.timestamp_field}
    return {name: value for name, value in said.items() if value}


def _add_versions(by_feature: dict[int, FeatureDocument]) -> None:
    rows = Version.objects.filter(feature__in=list(by_feature)).order_by("feature_id", "number")
    columns = ("feature_id", "replacement__feature__key", "replacement__number", *_ENDING, *TERMS)
    for feature, replacement, at, *rest in rows.values_list(*columns):
        number, state, note, sunset, reason, deprecated_at = rest[: len(_ENDING)]
        if state == VersionState.QUARANTINED:  # for the moment: files say where it belongs
            state = VersionState.DEPRECATED if deprecated_at else VersionState.ACTIVE
        ending = (sunset.isoformat(), reason, f"{replacement}@{at}" if replacement else "") if sunset else ("", "", "")
        terms = dict(zip(TERMS, rest[len(_ENDING) :], strict=True))
        by_feature[feature].versions[number] = VersionDocument(number, terms, str(state), note, *ending)


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


def digest_of(documents: Iterable[ViewDocument | None]) -> bytes:
    """Names a state of the registry, so that a plan knows whether it was made against this one."""
    told = [None if one is None else to_data(one) | {"slo": one.slo_max_null_rate} for one in documents]
    return blake2b(orjson.dumps(told), digest_size=16).digest()


def without_values(document: ViewDocument) -> ViewDocument:
    """The same with the values left out that could be somebody's, for those who do not answer for it."""
    for feature in document.features.values():
        for version in feature.versions.values():
            if version.terms["privacy_class"] != PrivacyClass.NONE:
                version.terms |= dict.fromkeys(VALUE_FIELDS)
                version.terms["default_policy"] = "none"
    return document
