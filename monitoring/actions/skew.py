"""Asking both stores for the same entities. Values are compared in memory and dropped; personal features are not asked
for at all, and keys leave as salted hashes.
"""

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection as database
from django.db import transaction

from connectors.records import KeyLookup, KeySampler, ViewTarget
from monitoring.actions.findings import write_findings
from monitoring.comparing import Skew, compare
from monitoring.judging import Verdict, skew
from monitoring.models import Kind, SkewMeasurement
from registry.actions.bulk import copy_rows
from registry.models import Feature, FeatureView

SAMPLE = 500  # entities
EVERY = timedelta(hours=6)
_COLUMNS = (
    "measured_at", "view_id", "feature_id", "sampled", "found", "behind", "compared", "differing", "absent_online",
    "absent_offline", "examples",
)  # fmt: skip


def is_due(view: FeatureView, now: datetime) -> bool:
    return not SkewMeasurement.objects.filter(view=view, measured_at__gt=now - EVERY).exists()


def compare_stores(
    view: FeatureView, features: Sequence[Feature], online: tuple[KeySampler, ViewTarget],
    offline: tuple[KeyLookup, ViewTarget], now: datetime,
) -> None:  # fmt: skip
    """Keep how many of a sample of entities are served otherwise than the source had them. Raises ConnectorError."""
    open_features = [feature for feature in features if not feature.is_personal]
    served = online[0].sample(_open(online[1]), SAMPLE) if open_features else []
    stored = offline[0].rows_at(_open(offline[1]), [(one.key, one.at) for one in served]) if served else {}
    found = compare(served, stored, [feature.name for feature in open_features], hashed)
    with transaction.atomic():
        _write(view, open_features, found, now)
        write_findings([_verdict(view, feature, found) for feature in open_features], now)


def hashed(key: tuple[str, ...]) -> str:
    """The same key has the same hash, which nobody can turn back without this installation's secret."""
    return hmac.new(settings.SECRET_KEY.encode(), "\x1f".join(key).encode(), sha256).hexdigest()[:16]


def _open(target: ViewTarget) -> ViewTarget:
    return replace(target, columns=tuple(column for column in target.columns if not column.is_personal))


def _verdict(view: FeatureView, feature: Feature, found: Skew) -> Verdict:
    state, reason = skew(found, feature.name)
    return Verdict(Kind.SKEW, view.pk, feature.pk, state, reason, found.features[feature.name].rate)


def _write(view: FeatureView, features: Sequence[Feature], found: Skew, now: datetime) -> None:
    rows = []
    for feature in features:
        tally = found.features[feature.name]
        rows.append((
            now, view.pk, feature.pk, found.sampled, found.found, found.behind, tally.compared, tally.differing,
            tally.absent_online, tally.absent_offline, tally.examples,
        ))  # fmt: skip
    if rows:
        with database.cursor() as cursor:
            copy_rows(cursor, SkewMeasurement, _COLUMNS, rows)
