"""The work of a measurements pull: each view of a connection, in the registry's words, the source and the online store.

View by view, each in its own transaction, so that a killed worker goes on after the last one. What cannot be read is
said and the rest goes on; a store that is away altogether is asked once, not once for each view.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connectors.records import (
    Column,
    ConnectorError,
    KeyLookup,
    KeySampler,
    ViewReader,
    ViewReading,
    ViewTarget,
)
from monitoring.actions.checks import current_versions, write_view_checks
from monitoring.actions.days import baselines_of, days_to_read, write_days
from monitoring.actions.drift import refresh_drift
from monitoring.actions.health import refresh_health
from monitoring.actions.readings import write_declared, write_reading
from monitoring.actions.sampling import may_sample, write_sampled
from monitoring.actions.serving import measure_serving
from monitoring.actions.skew import compare_stores, is_due
from monitoring.contracts import within
from monitoring.models import Origin
from monitoring.pulling import OFFLINE, ONLINE
from registry import stores
from registry.actions.pulls import Progress
from registry.choices import ViewKind
from registry.models import Connection, Feature, FeatureView, Source


def measure_connection(connection: Connection, progress: Progress) -> None:
    """Measure every present view, going on after `cursor["after"]`."""
    views = FeatureView.objects.filter(connection=connection).present().exclude(kind=ViewKind.ON_DEMAND)
    total = views.count()
    after = int(progress.pull.cursor.get("after", 0))
    done = views.filter(pk__lte=after).count()
    progress.step(done=done, total=total)
    offline = _usable(connection, OFFLINE, stores.offline_reader, progress)
    online = _usable(connection, ONLINE, stores.online_reader, progress)
    kinds = stores.measurable_kinds(connection)
    for view in _in_order(views.filter(pk__gt=after)):
        measure_view(view, offline if _table(view, kinds, progress) else None, online, progress)
        progress.pull.cursor["after"] = view.pk
        done += 1
        progress.step(done=done)
    measure_serving(connection, online, progress, timezone.now())
    measured = FeatureView.objects.filter(connection=connection)
    refresh_drift(measured)
    refresh_health(measured)


def _in_order(views: QuerySet[FeatureView]) -> Iterator[FeatureView]:
    rows = views.select_related("project", "source__batch_source").prefetch_related("features", "entities")
    return rows.order_by("pk").iterator(chunk_size=200)


def _usable(
    connection: Connection, name: str, opened: Callable[[Connection], ViewReader | None], progress: Progress
) -> ViewReader | None:
    """The reader, when its store answers. Otherwise one error for the whole store."""
    try:
        reader = opened(connection)
        failed = next((right for right in reader.test() if not right.ok), None) if reader else None
    except ConnectorError as error:
        progress.fail(f"{connection.slug} {name}", str(error), error.fix, store=name)
        return None
    if failed:
        progress.fail(f"{connection.slug} {name}", failed.detail or failed.name, failed.fix, store=name)
        return None
    return reader


def _table(view: FeatureView, kinds: frozenset[str], progress: Progress) -> Source | None:
    """The table behind the view, where this connection can measure its kind."""
    source = view.source.batch_source or view.source if view.source else None
    if source is None or source.kind in {"push", "request", "kafka", "kinesis"}:
        return None
    if source.kind not in kinds:
        progress.warn(f"Sources of kind {source.kind} cannot be measured through this connection's offline store.")
        return None
    return source


def measure_view(view: FeatureView, offline: ViewReader | None, online: ViewReader | None, progress: Progress) -> None:
    """All three times of one view, and what can be said of its features."""
    now = timezone.now()
    features = [feature for feature in view.features.all() if feature.gone_at is None]
    readings = []
    if offline is not None:
        readings.append(_read(offline, view, features, progress))
    if online is not None and view.is_online:
        readings.append(_read(online, view, features, progress))
    with transaction.atomic():
        write_declared(view, progress.pull, now)
        for place, reading in enumerate(filter(None, readings)):
            _report_features(view, reading, progress)
            # The source, read first, holds every row; the online store only the newest of each key.
            write_reading(view, features, reading, pull=progress.pull, now=now, sets_null_rates=place == 0)
            if reading.origin == Origin.SOURCE:
                write_days(view, features, reading)
                write_sampled(features, reading, now)
                write_view_checks(view, features, reading, now)
            progress.count(f"{reading.origin}_readings")
    _compare(view, features, offline, online, now, progress)


def _compare(
    view: FeatureView, features: list[Feature], offline: ViewReader | None, online: ViewReader | None, now: datetime,
    progress: Progress,
) -> None:  # fmt: skip
    """Both stores on the same entities, where both can be asked for single ones."""
    can_both = isinstance(online, KeySampler) and isinstance(offline, KeyLookup) and view.is_online
    if not can_both or not is_due(view, now) or not view.entities.all():
        return
    sides = (online, target(view, features, "served")), (offline, target(view, features, "source"))
    try:
        compare_stores(view, features, *sides, now)  # type: ignore[arg-type]  # asked just above
        progress.count("compared_views")
    except ConnectorError as error:
        progress.warn(f"{view.key}: both stores could not be compared. {error}")


def _read(reader: ViewReader, view: FeatureView, features: list[Feature], progress: Progress) -> ViewReading | None:
    try:
        return reader.read(target(view, features, reader.origin))
    except ConnectorError as error:
        progress.fail(f"{view.key} ({reader.origin})", str(error), error.fix, view=view.pk, origin=reader.origin)
        return None


def _report_features(view: FeatureView, reading: ViewReading, progress: Progress) -> None:
    for warning in reading.warnings:
        progress.warn(f"{view.key}: {warning}")
    for profile in reading.profiles:
        if profile.error:
            progress.fail(f"{view.key}.{profile.feature} ({reading.origin})", profile.error)


def target(view: FeatureView, features: list[Feature], origin: str) -> ViewTarget:
    """Where the view's values are. In the source, columns and keys have the names from before field mapping, and days
    are counted.
    """
    source = view.source.batch_source or view.source if view.source else None
    is_source = origin == Origin.SOURCE
    mapping = source.field_mapping if source and is_source else {}
    column_of = {to: column for column, to in mapping.items()}
    held = baselines_of(features) if is_source else {}
    versions = current_versions(features) if is_source else {}
    back, first = days_to_read(view, features, held) if is_source else (0, None)
    return ViewTarget(
        project=view.project.upstream_name or view.project.name,
        view=view.name,
        version=view.upstream_version,
        join_keys=tuple(column_of.get(key, key) for entity in view.entities.all() for key in entity.join_keys),
        columns=tuple(
            Column(
                feature.name, column_of.get(feature.name, feature.name), feature.dtype, feature.is_personal,
                held[feature.pk].cuts if feature.pk in held else None,
                within(versions[feature.pk]) if feature.pk in versions else None,
                is_sampled=is_source and may_sample(feature),
            )
            for feature in features
        ),
        source_kind=source.kind if source else "",
        location=source.location if source else "",
        query=source.query if source else "",
        timestamp_column=source.timestamp_field if source else "",
        days_back=back,
        days_from=first,
    )  # fmt: skip
