"""Keeping what was found: one row for each kind, and the worst of a feature on the feature itself."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db.models import Q
from django.utils import timezone

from monitoring.judging import Verdict, worst
from monitoring.models import Finding, Kind
from registry.actions.facts import FeatureChecks, write_checks
from registry.choices import Health
from registry.models import FeatureView

_FINDINGS = """
INSERT INTO monitoring_finding (view_id, feature_id, kind, state, reason, value, "limit", found_at, since)
SELECT view, feature, kind, state, left(reason, 300), value, bound, %(at)s, %(at)s
FROM unnest(%(views)s::bigint[], %(features)s::bigint[], %(kinds)s::text[], %(states)s::text[], %(reasons)s::text[],
            %(values)s::float8[], %(limits)s::float8[]) AS seen(view, feature, kind, state, reason, value, bound)
ON CONFLICT (view_id, feature_id, kind) DO UPDATE
SET state = excluded.state, reason = excluded.reason, value = excluded.value, "limit" = excluded."limit",
    found_at = excluded.found_at,
    since = CASE WHEN monitoring_finding.state = excluded.state THEN monitoring_finding.since ELSE excluded.since END
"""


def write_findings(verdicts: Iterable[Verdict], now: datetime) -> None:
    """Keep these verdicts, each in the place of the one before, and note on features what their findings come to.

    `now` is when they were found.
    """
    found = list(verdicts)
    columns: dict[str, Any] = {
        "views": [one.view for one in found],
        "features": [one.feature for one in found],
        "kinds": [one.kind.value for one in found],
        "states": [one.state.value for one in found],
        "reasons": [one.reason for one in found],
        "values": [one.value for one in found],
        "limits": [one.limit for one in found],
    }
    with database.cursor() as cursor:
        cursor.execute(_FINDINGS, columns | {"at": now})
    _note({one.feature for one in found if one.feature is not None}, timezone.now())


def forget_findings(view: FeatureView, kind: Kind, features: Iterable[int | None]) -> None:
    """Nothing is known any longer of these features, or of the view as a whole (None)."""
    about = set(features)
    held = Finding.objects.filter(view=view, kind=kind)
    held.filter(Q(feature__in=about - {None}) | (Q(feature__isnull=True) if None in about else Q(pk__in=()))).delete()
    _note({one for one in about if one is not None}, timezone.now())


def _note(features: set[int], now: datetime) -> None:
    held: dict[int, list[Finding]] = defaultdict(list)
    for finding in Finding.objects.filter(feature__in=features).order_by("kind"):
        held[finding.feature_id or 0].append(finding)
    write_checks([_checks(feature, held[feature]) for feature in features], read_at=now)


def _checks(feature: int, findings: list[Finding]) -> FeatureChecks:
    drift = next((one.value for one in findings if one.kind == Kind.DRIFT), None)
    wrong = [one for one in findings if one.state in (Health.BREACHED, Health.AT_RISK)]
    known = [Health(one.state) for one in findings if one.state != Health.UNKNOWN]
    state = worst(*known) if known else Health.UNKNOWN
    return FeatureChecks(feature, drift, state, tuple(one.reason for one in wrong))
