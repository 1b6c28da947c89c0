"""Who uses a purpose: contracts that name it, and grants that are for it. As far as one sees them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, F, Func, QuerySet

from governance.models import Grant, Purpose
from registry.choices import VersionState
from registry.models import Actor, Feature, Version

LIVE = (VersionState.ACTIVE, VersionState.DEPRECATED)


class _Each(Func):
    """Each element of an array as a row of its own."""

    function = "unnest"
    set_returning = True


@dataclass(frozen=True, slots=True)
class Used:
    purpose: Purpose
    contracts: int
    grants: int


def purposes_used(actor: Actor) -> list[Used]:
    """All purposes in the order of their names, those that have ended last."""
    contracts = _counted(_contracts(actor).annotate(named=_Each("purposes", output_field=CharField())).values("named"))
    grants = _counted(Grant.objects.visible_to(actor).active().order_by().values(named=F("purpose__name")))
    rows = sorted(Purpose.objects.all(), key=lambda one: (one.ended_at is not None, one.name))
    return [Used(one, contracts.get(one.name, 0), grants.get(one.name, 0)) for one in rows]


def _counted(rows: QuerySet[Any, Any]) -> dict[str, int]:
    return {row["named"]: row["count"] for row in rows.annotate(count=Count("pk"))}


def _contracts(actor: Actor) -> QuerySet[Version]:
    """Versions whose contract holds, of features that the actor sees."""
    return Version.objects.filter(state__in=LIVE, feature__in=Feature.objects.visible_to(actor)).order_by()


def contracts_with(purpose: Purpose, actor: Actor) -> QuerySet[Version]:
    rows = _contracts(actor).filter(purposes__contains=[purpose.name])
    return rows.select_related("feature__project", "feature__view").order_by("feature__key", "number")
