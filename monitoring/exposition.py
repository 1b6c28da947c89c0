"""Views and incidents in the text format of Prometheus.

One series a figure and view, at most `CHARTER_METRICS_VIEWS` views, and nothing but names for labels: what Prometheus
keeps stays as large as the registry, whatever happens in it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, FloatField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from monitoring.models import IncidentQuerySet, StoreFigure
from registry.choices import Health, ViewKind
from registry.models import Feature, FeatureView
from registry.models.feature_views import DEFAULT_MAX_NULL_RATE
from registry.search import freshness

# As a number, so that a view has one series whatever becomes of it.
STATES = {Health.OK: 0, Health.AT_RISK: 1, Health.BREACHED: 2, Health.UNKNOWN: -1}
TOLD_WITHIN = timedelta(days=1)  # what nobody has told since is unknown
FIGURES = (
    ("charter_view_freshness_age_seconds", "Age of the newest event that readers get."),
    ("charter_view_freshness_limit_seconds", "How old it may be."),
    ("charter_view_null_rate", "Share of nulls of the emptiest feature, from 0 to 1."),
    ("charter_view_null_rate_limit", "How many there may be."),
    ("charter_view_health", "0 ok, 1 at risk, 2 breached, -1 unknown."),
    ("charter_view_hit_rate", "Share of the values asked for that were found, from 0 to 1."),
)


def totals(views: QuerySet[FeatureView], incidents: IncidentQuerySet) -> Iterator[str]:
    """How many views are in which state, and how many incidents go on."""
    counted = dict(views.order_by().values_list("health").annotate(n=Count("pk")))  # type: ignore[misc]  # annotated
    yield from _about("charter_views", "Feature views, by health.")
    yield from (_line("charter_views", counted.get(one.value, 0), health=one.value) for one in Health)
    ongoing = incidents.ongoing().order_by().values_list("state", "cause_kind").annotate(n=Count("pk"))
    yield from _about("charter_incidents", "Incidents that go on, by state and by what broke.")
    for state, cause, number in ongoing:
        yield _line("charter_incidents", number, state=state, cause=cause)


def of_views(views: QuerySet[FeatureView], now: datetime) -> Iterator[str]:
    """The figures of each view. Where nobody has measured or said something, there is no line."""
    most = settings.CHARTER_METRICS_VIEWS
    rows = list(_rows(views, now)[: most + 1])
    yield from _about("charter_views_left_out", "1 where there are more views than are told here.")
    yield _line("charter_views_left_out", int(len(rows) > most))
    told = [(key, project, _figures(now, *facts)) for key, project, *facts in rows[:most]]
    for place, (name, about) in enumerate(FIGURES):
        yield from _about(name, about)
        for key, project, figures in told:
            if figures[place] is not None:
                yield _line(name, figures[place], view=key, project=project)


def _rows(views: QuerySet[FeatureView], now: datetime) -> QuerySet[Any, tuple[Any, ...]]:
    told = StoreFigure.objects.filter(view=OuterRef("pk"), name="hit_rate", measured_at__gte=now - TOLD_WITHIN)
    rates = Feature.objects.present().filter(view=OuterRef("pk")).order_by().values("view")
    rows = views.exclude(kind=ViewKind.ON_DEMAND).annotate(
        newest=freshness.newest_event_at(),
        limit=freshness.limit(),
        nulls=Subquery(rates.annotate(n=Max("null_rate")).values("n")),
        found=Subquery(told.order_by("-measured_at").values("value")[:1]),
        most_nulls=Coalesce("slo_max_null_rate", Value(DEFAULT_MAX_NULL_RATE), output_field=FloatField()),
    )
    return rows.order_by("key").values_list(
        "key", F("project__name"), "newest", "limit", "nulls", "most_nulls", "health", "found"
    )  # fmt: skip


def _figures(
    now: datetime, newest: Any, limit: Any, nulls: Any, most_nulls: Any, health: str, hits: Any
) -> tuple[Any, ...]:
    return (
        (now - newest).total_seconds() if newest else None, limit.total_seconds() if limit else None, nulls, most_nulls,
        STATES[Health(health)], hits,
    )  # fmt: skip


def _about(name: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}\n"
    yield f"# TYPE {name} gauge\n"


def _line(name: str, value: float, **labels: str) -> str:
    said = ",".join(f'{label}="{escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{said}}} {value}\n" if said else f"{name} {value}\n"


def escaped(text: str) -> str:
    """What a label may hold."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
