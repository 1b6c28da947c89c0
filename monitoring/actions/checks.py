"""What a reading says of a view beside its figures: its rows by day, and whether the contracts of its features hold."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import F

from connectors.records import ViewReading
from monitoring import contracts
from monitoring.actions.findings import write_findings
from monitoring.drifting import WEEKS, named, whole_days
from monitoring.judging import Verdict, volume
from monitoring.models import Finding, Kind, ViewDay
from registry.models import Feature, FeatureView, Version


def write_view_checks(view: FeatureView, features: Sequence[Feature], reading: ViewReading, now: datetime) -> None:
    """Volume of the view; schema and range of each feature, by the contract of its current version."""
    found = [*_volume(view, now), *_of_contracts(view, features, reading)]
    bounded = [one.feature for one in found if one.kind == Kind.RANGE]
    Finding.objects.filter(view=view, kind=Kind.RANGE).exclude(feature__in=bounded).delete()
    write_findings(found, now)


def current_versions(features: Sequence[Feature]) -> dict[int, Version]:
    """By feature, the version that is served now."""
    rows = Version.objects.filter(feature__in=[feature.pk for feature in features], number=F("feature__number"))
    return {version.feature_id: version for version in rows}


def _volume(view: FeatureView, now: datetime) -> Iterator[Verdict]:
    """Of views whose rows have a time: how much a table holds is no day's doing."""
    held = ViewDay.objects.filter(view=view, is_snapshot=False, day__gte=now.date() - timedelta(days=400))
    rows = dict(held.order_by("-day").values_list("day", "rows")[:40])
    whole = whole_days(rows, now.date(), is_snapshot=False)
    if not whole:
        return
    last = whole[-1]
    same = [rows[day] for week in range(1, WEEKS + 1) if (day := last - timedelta(weeks=week)) in rows]
    state, reason = volume(rows[last], same, named(last, last))
    yield Verdict(Kind.VOLUME, view.pk, None, state, reason, rows[last])


def _of_contracts(view: FeatureView, features: Sequence[Feature], reading: ViewReading) -> Iterator[Verdict]:
    versions = current_versions(features)
    profiles = {profile.feature: profile for profile in reading.profiles}
    for feature in features:
        version, profile = versions.get(feature.pk), profiles.get(feature.name)
        if version is None or profile is None:
            continue
        stored = reading.types.get(feature.name)
        if stored is not None and profile.error:
            continue  # the pull says why it could not be measured; that is no breach of a contract
        yield Verdict(Kind.SCHEMA, view.pk, feature.pk, *contracts.schema(version, stored, profile))
        if contracts.within(version) and not feature.is_personal and stored is not None:
            yield Verdict(Kind.RANGE, view.pk, feature.pk, *contracts.ranges(version, profile), profile.outside, 0)
