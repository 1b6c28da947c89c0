"""Rules for Prometheus and a dashboard for Grafana, made from the limits that the registry holds.

What the rules watch is what `/metrics` tells: see `monitoring.exposition`.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import yaml
from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from common.quantities import duration, percent
from monitoring.exposition import escaped
from monitoring.kinds import KINDS, USUAL_READINGS
from monitoring.models import Patience
from registry.choices import Tier, ViewKind
from registry.models import FeatureView, Usage

SCRAPED_WITHIN = "15m"
_USUALLY_READ_EVERY = 900  # seconds


def rules_of(views: QuerySet[FeatureView]) -> Iterator[str]:
    """A rule file: one group for each project, one that sees whether anything is told at all."""
    first = {"groups": [{"name": "charter", "rules": [_nothing_told()]}]}
    yield yaml.safe_dump(first, sort_keys=False, allow_unicode=True, width=1_000)
    for project, held in groupby(_watched(views), key=lambda view: view.project.name):
        group = {"name": f"charter-{project}", "rules": [rule for view in held for rule in _rules(view)]}
        yield yaml.safe_dump([group], sort_keys=False, allow_unicode=True, width=1_000)


def _watched(views: QuerySet[FeatureView]) -> Iterable[FeatureView]:
    first = Usage.objects.filter(
        feature__view=OuterRef("pk"), gone_at__isnull=True, consumer__tier=Tier.FIRST, consumer__gone_at__isnull=True
    )
    rows = views.exclude(kind=ViewKind.ON_DEMAND).annotate(is_paging=Exists(first))
    rows = rows.select_related("project", "owner", "connection").prefetch_related(
        Prefetch("patience", Patience.objects.all())
    )
    return rows.defer("definition", "digest").order_by("project__name", "key").iterator(chunk_size=500)


def _rules(view: FeatureView) -> Iterator[dict[str, Any]]:
    limit = view.freshness_limit
    if limit is not None:
        expression = f"charter_view_freshness_age_seconds{_of(view)} > {int(limit.total_seconds())}"
        yield _rule("FeatureViewStale", expression, view, "freshness", f"older than {duration(limit)}")
    most = view.null_rate_limit
    expression = f"charter_view_null_rate{_of(view)} > {most:g}"
    yield _rule("FeatureViewNulls", expression, view, "nulls", f"a feature with more than {percent(most)} nulls")


def _of(view: FeatureView) -> str:
    return f'{{view="{escaped(view.key)}"}}'


def _rule(name: str, expression: str, view: FeatureView, kind: str, says: str) -> dict[str, Any]:
    is_paging = getattr(view, "is_paging", False) or view.tags.get("tier") == str(Tier.FIRST)
    labels = {"severity": "page" if is_paging else "ticket", "view": view.key, "project": view.project.name}
    labels |= {"owner": view.owner.slug} if view.owner else {}
    return {
        "alert": name, "expr": expression, "for": _lasting(view), "labels": labels,
        "annotations": {
            "summary": f"{view.key}: {says}",
            "runbook_url": f"{settings.CHARTER_BASE_URL}/docs/{KINDS[kind].runbook}/",
            "dashboard": f"{settings.CHARTER_BASE_URL}{view.get_absolute_url()}",
        },
    }  # fmt: skip


def _lasting(view: FeatureView) -> str:
    """As long as so many readings take as its owner waits for."""
    every = view.connection.measurements_every.total_seconds() if view.connection else _USUALLY_READ_EVERY
    held = getattr(view, "patience", None)
    return f"{int(every * ((held.readings if held else USUAL_READINGS) - 1))}s"


def _nothing_told() -> dict[str, Any]:
    return {
        "alert": "CharterTellsNothing", "expr": "absent(charter_views_left_out)", "for": SCRAPED_WITHIN,
        "labels": {"severity": "ticket"},
        "annotations": {
            "summary": "Prometheus gets no feature views from Charter.",
            "description": "It is down, or the scrape has no token with the scope features:read.",
        },
    }  # fmt: skip


def dashboard() -> dict[str, Any]:
    """A dashboard for Grafana 9 and newer. It asks for its data source when it is imported."""
    source = {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
    panels = [
        _panel("stat", "Feature views", ["sum by (health) (charter_views)"], (0, 0, 8, 4), legend="{{health}}"),
        _panel("stat", "Incidents", ["sum by (state) (charter_incidents) or vector(0)"], (8, 0, 8, 4), "{{state}}"),
        _panel("stat", "Over a limit", ["count(charter_view_health == 2) or vector(0)"], (16, 0, 8, 4)),
        _panel("table", "Furthest over their freshness limit", [
            "topk(20, charter_view_freshness_age_seconds / charter_view_freshness_limit_seconds)"], (0, 4, 12, 9)),
        _panel("table", "Most nulls", ["topk(20, charter_view_null_rate / charter_view_null_rate_limit)"],
               (12, 4, 12, 9)),
        _panel("timeseries", "Age of $view", ['charter_view_freshness_age_seconds{view=~"$view"}',
               'charter_view_freshness_limit_seconds{view=~"$view"}'], (0, 13, 12, 9), "{{view}} {{__name__}}", "s"),
        _panel("timeseries", "Nulls of $view", ['charter_view_null_rate{view=~"$view"}',
               'charter_view_null_rate_limit{view=~"$view"}'], (12, 13, 12, 9), "{{view}}", "percentunit"),
    ]  # fmt: skip
    for number, panel in enumerate(panels, 1):
        panel |= {"id": number, "datasource": source}
    asked = {
        "name": "view", "label": "View", "type": "query", "datasource": source, "refresh": 2, "multi": True,
        "includeAll": True, "query": {"query": "label_values(charter_view_health, view)", "refId": "view"},
    }  # fmt: skip
    return {
        "title": "Feature views", "uid": "charter-views", "schemaVersion": 38, "tags": ["charter"], "refresh": "1m",
        "time": {"from": "now-7d", "to": "now"}, "panels": panels, "templating": {"list": [asked]},
        "links": [{"title": "Charter", "type": "link", "url": f"{settings.CHARTER_BASE_URL}/health/"}],
        "__inputs": [{"name": "DS_PROMETHEUS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"}],
    }  # fmt: skip


def _panel(
    kind: str, title: str, asked: list[str], place: tuple[int, int, int, int], legend: str = "", unit: str = "short"
) -> dict[str, Any]:
    x, y, width, height = place
    is_now = kind != "timeseries"
    targets = [
        {"refId": chr(ord("A") + number), "expr": one, "legendFormat": legend or "{{view}}", "instant": is_now,
         "format": "table" if kind == "table" else "time_series"}
        for number, one in enumerate(asked)
    ]  # fmt: skip
    return {
        "type": kind, "title": title, "targets": targets, "gridPos": {"x": x, "y": y, "w": width, "h": height},
        "fieldConfig": {"defaults": {"unit": unit}, "overrides": []}, "options": {},
    }  # fmt: skip
