"""The figures above the checks: what all of it is for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Now

from governance.models import ANSWERING, PortalDay
from governance.queries.pace import usual_time
from governance.scorecard.scope import Scope
from registry.choices import Manager
from registry.models import Version
from registry.queries.insights import TARGET, reuse_of

ASKED_WITHIN, IDEAS_WITHIN = timedelta(days=30), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Figures:
    """Each is None where nothing is known. Shares are between 0 and 1."""

    reuse: float | None
    reused: int
    active: int
    decision_time: timedelta | None
    ownerless: int
    features: int
    availability: float | None
    asked: int
    idea_to_active: timedelta | None
    ideas: int

    target = TARGET


def figures(scope: Scope) -> Figures:
    """Decisions and the portal are those of the platform, whatever the scope."""
    reuse = reuse_of(scope.active)
    owned = scope.features.annotate(team=ANSWERING).aggregate(all=Count("pk"), none=Count("pk", filter=Q(team=None)))
    portal = PortalDay.objects.filter(day__gt=(scope.now - ASKED_WITHIN).date()).aggregate(
        asked=Sum("asked"), answered=Sum("answered")
    )
    taken = _taken(scope)
    return Figures(
        reuse=reuse.rate, reused=reuse.reused, active=reuse.active, decision_time=usual_time(),
        ownerless=owned["none"], features=owned["all"], asked=portal["asked"] or 0,
        availability=portal["answered"] / portal["asked"] if portal["asked"] else None,
        idea_to_active=taken[len(taken) // 2] if taken else None, ideas=len(taken),
    )  # fmt: skip


def _taken(scope: Scope) -> list[Any]:
    """From the first draft to its publication, the shortest first: of versions that people drafted and published within
    90 days. What a file makes is active at once: its idea was written down elsewhere."""
    rows = Version.objects.filter(
        feature__in=scope.features.values("pk"), managed_by__in=[Manager.PAGE, Manager.FILE],
        activated_at__gte=Now() - IDEAS_WITHIN, activated_at__gt=F("created_at") + timedelta(seconds=1),
    )  # fmt: skip
    return list(
        rows.annotate(taken=F("activated_at") - F("created_at")).order_by("taken").values_list("taken", flat=True)
    )
