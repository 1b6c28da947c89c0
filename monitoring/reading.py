"""What a reader sees of incidents: the views they hit, who reads these, and where the marks go."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, QuerySet

from monitoring.kinds import KINDS
from monitoring.models import Breach, BreachState, Hit, Incident, IncidentQuerySet
from registry.models import Actor, Consumer, FeatureView, Usage

MOST_HIT = 100


@dataclass(slots=True)
class HitView:
    """A view that is hit, and what is over which limit; nothing of its own where it is only made from what broke."""

    view: FeatureView
    breaches: list[Breach] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        return [f"{KINDS[one.kind].label}{'' if one.state == BreachState.OPEN else ', over'}" for one in self.breaches]


def with_counts(incidents: QuerySet[Incident], actor: Actor) -> QuerySet[Incident]:
    """`hit_count`: how many views that the actor sees are hit."""
    seen = Hit.objects.filter(incident=OuterRef("pk"), view__in=FeatureView.objects.visible_to(actor))
    counted = seen.order_by().values("incident").annotate(n=Count("pk")).values("n")
    return incidents.select_related("owner").annotate(hit_count=counted)


def hit_views(incident: Incident, actor: Actor) -> tuple[list[HitView], int]:
    """Those that the actor sees, what is over a limit first, and how many more there are."""
    over = Breach.objects.filter(incident=incident, view=OuterRef("pk"))
    views = FeatureView.objects.visible_to(actor).filter(hits__incident=incident).annotate(is_over=Exists(over))
    rows = views.select_related("project", "owner").defer("definition", "digest").order_by("-is_over", "key")
    found = {view.pk: HitView(view) for view in rows[:MOST_HIT]}
    for breach in Breach.objects.filter(incident=incident, view__in=found).order_by("pk"):
        if breach.view_id:
            found[breach.view_id].breaches.append(breach)
    return list(found.values()), max(views.count() - len(found), 0)


def readers_of(incident: Incident, actor: Actor) -> list[Consumer]:
    """Consumers of what is hit, the most serious first; of those that the actor sees."""
    seen = FeatureView.objects.visible_to(actor).filter(hits__incident=incident)
    reads = Usage.objects.filter(
        consumer=OuterRef("pk"), gone_at__isnull=True, feature__view__in=seen.order_by().values("pk")
    )
    rows = Consumer.objects.visible_to(actor).filter(Exists(reads), gone_at__isnull=True).select_related("team")
    return list(rows.order_by("tier", "kind", "name")[:MOST_HIT])


def marks_of(views: Sequence[FeatureView], actor: Actor) -> dict[int, list[Incident]]:
    """By view, the incidents that hit it and are not over."""
    found: dict[int, list[Incident]] = defaultdict(list)
    seen = _seen(actor).filter(hits__view__in=[view.pk for view in views])
    rows: Iterable[tuple[int, int]] = seen.values_list("hits__view", "pk")
    incidents = Incident.objects.in_bulk({number for _, number in rows})
    wanted = {view.pk for view in views}
    for view, number in rows:
        if view in wanted:
            found[view].append(incidents[number])
    return found


def _seen(actor: Actor) -> IncidentQuerySet:
    return Incident.objects.visible_to(actor).ongoing()
