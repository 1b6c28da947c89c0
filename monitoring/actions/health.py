"""Refreshing health. Measurements change it, and so does time alone: what was fresh grows old."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from monitoring.actions.breaches import follow
from monitoring.judging import AT_RISK_FROM, Verdict, judge
from monitoring.readings import of_findings, of_views
from monitoring.verdicts import breaking
from registry.actions.facts import write_feature_health, write_view_health
from registry.actions.words import refresh_facet_counts
from registry.models import Feature, FeatureView


def refresh_health(views: QuerySet[FeatureView]) -> int:
    """Judge these views and their features anew, and follow what their last readings come to. Writes only what
    changed; returns how many views did."""
    now = timezone.now()
    held = list(views.filter(gone_at__isnull=True).only(*_FACTS))
    rates: dict[int, list[float | None]] = defaultdict(list)
    read_at: dict[int, datetime] = {}
    features = Feature.objects.present().filter(view__in=views)
    for view, rate, at in features.values_list("view_id", "null_rate", "null_rate_read_at"):
        rates[view].append(rate)
        if at is not None:
            read_at[view] = max(at, read_at.get(view, at))
    wrong: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in breaking(held):
        wrong[verdict.view].append(verdict)
    found = [judge(view, rates[view.pk], now, wrong[view.pk]) for view in held]
    before = {view.pk: (view.health, tuple(view.health_reasons)) for view in held}
    changed = [verdict for verdict in found if before[verdict.view] != (verdict.health, verdict.reasons)]
    with transaction.atomic():
        write_view_health(changed)
        refresh_facet_counts(sorted(write_feature_health(found, at_risk_from=AT_RISK_FROM)))
    readings = of_views((view, rates[view.pk], read_at.get(view.pk)) for view in held)
    follow([*readings, *of_findings(held)])
    return len(changed)


_FACTS = (
    "kind", "is_online", "schedule_every", "slo_freshness", "slo_max_null_rate", "source_until", "served_until",
    "source_read_at", "served_read_at", "health", "health_reasons",
)  # fmt: skip
