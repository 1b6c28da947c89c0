"""How the registry is used as a whole: reuse, ownership, who reads what, growth. All over what the actor sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from registry.choices import ConsumerKind, VersionState
from registry.models import Actor, Consumer, Feature, Project, ProjectDay, Usage

MONTHS, REUSED_BY = 12, 2
TARGET = 0.30  # of active features are read by two models or more


@dataclass(frozen=True, slots=True)
class Reuse:
    """Active features: how many there are, read by a model, by two models or more."""

    active: int
    used: int
    reused: int

    @property
    def rate(self) -> float | None:
        return self.reused / self.active if self.active else None

    @property
    def unused(self) -> int:
        return self.active - self.used


def active_features(actor: Actor, project: str = "") -> QuerySet[Feature]:
    """Active features that are there, as far as the actor sees them; of one project when it is named."""
    found = Feature.objects.visible_to(actor).present().filter(state=VersionState.ACTIVE).order_by()
    return found.filter(project__name=project) if project else found


def reuse_of(features: QuerySet[Feature]) -> Reuse:
    return Reuse(**features.aggregate(
        active=Count("pk"), used=Count("pk", filter=Q(models_count__gt=0)),
        reused=Count("pk", filter=Q(models_count__gte=REUSED_BY)),
    ))  # fmt: skip


def ownership_of(features: QuerySet[Feature]) -> list[dict[str, Any]]:
    """{slug, team, features, used}, the largest first. Those without an owner have no slug."""
    rows: Any = features.values(slug=F("owner__slug"), team=F("owner__name"))
    counted = rows.annotate(features=Count("pk"), used=Count("pk", filter=Q(models_count__gt=0)))
    return list(counted.order_by("-features", "slug"))


def flows_of(actor: Actor, features: QuerySet[Feature]) -> QuerySet[Any, dict[str, Any]]:
    """{view, model, project, features}: how many of a view's features a model reads, the most first."""
    models = Consumer.objects.visible_to(actor).filter(kind=ConsumerKind.MODEL, gone_at__isnull=True)
    reads = Usage.objects.filter(gone_at__isnull=True, consumer__in=models, feature__in=features).order_by()
    named: Any = reads.values(
        view=F("feature__view__key"), model=F("consumer__name"), place=F("consumer__project__name"),
        reader=F("consumer"),
    )  # fmt: skip
    counted: QuerySet[Any, dict[str, Any]] = named.annotate(features=Count("feature", distinct=True))
    return counted.order_by("-features", "view", "reader")


@dataclass(frozen=True, slots=True)
class Month:
    """What there was at the end of a month; `reuse` is None where nothing was kept yet."""

    name: str
    features: int
    reuse: float | None


def growth_of(actor: Actor, project: str = "") -> list[Month]:
    """The last twelve months, this one as it is today. Features that are gone count until they went."""
    ends = _ends(timezone.now().date())
    projects = Project.objects.visible_to(actor)
    projects = projects.filter(name=project) if project else projects
    seen = Feature.objects.visible_to(actor).filter(project__in=projects).exclude(state=VersionState.DRAFT).order_by()
    came, went = _by_month(seen, "created_at"), _by_month(seen, "gone_at")
    kept = _kept(ends, projects)
    return [
        Month(f"{end:%b %Y}", _until(came, end) - _until(went, end), kept.get((end.year, end.month))) for end in ends
    ]


def _ends(today: date) -> list[date]:
    """Last days of the last months, the oldest first; of this month today."""
    ends = [today]
    while len(ends) < MONTHS:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def _by_month(features: QuerySet[Feature], column: str) -> list[tuple[date, int]]:
    months = features.filter(**{f"{column}__isnull": False}).annotate(month=TruncMonth(column)).values("month")
    return [(row["month"].date(), row["n"]) for row in months.annotate(n=Count("pk"))]


def _until(months: Sequence[tuple[date, int]], end: date) -> int:
    return sum(count for month, count in months if month <= end)


def _kept(ends: Sequence[date], projects: QuerySet[Project]) -> dict[tuple[int, int], float]:
    """The reuse rate of each month's last day that was kept, by (year, month)."""
    days = ProjectDay.objects.filter(project__in=projects, day__gte=ends[0].replace(day=1)).order_by("day")
    rows = days.values_list("day").annotate(active=Sum("active"), reused=Sum("reused"))
    return {(day.year, day.month): reused / active for day, active, reused in rows if active}
