"""Features by how somebody stands to them, for searches; see `registry.search.fields`."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from governance.models import AccessRequest, Grant, RequestItem
from governance.models.requests import Outcome
from governance.queries.living import holds
from registry.models import User
from registry.models.features import PERSONAL

SOON = timedelta(days=14)


def features_with(state: str, actor: User) -> Q:
    """`mine` may be read by the actor or something of the actor's teams now, `expiring` not for much longer, `pending`
    is asked for, and `none` is personal and neither. Of what is not personal nobody asks."""
    granted, asked = Q(pk__in=_granted(actor).values("version__feature")), Q(pk__in=_asked(actor))
    if state == "none":
        return PERSONAL & ~granted & ~asked
    if state == "expiring":
        soon = _granted(actor).filter(ends_at__lt=timezone.now() + SOON)
        return Q(pk__in=soon.values("version__feature"))
    return granted if state == "mine" else asked


def _granted(actor: User) -> QuerySet[Grant]:
    mine = Q(user=actor) | Q(consumer__team__in=actor.team_ids)
    return Grant.objects.filter(mine, holds(lambda column: column)).order_by()


def _asked(actor: User) -> QuerySet[RequestItem, Any]:
    requests = AccessRequest.objects.open().filter(Q(requester=actor) | Q(team__in=actor.team_ids))
    rows = RequestItem.objects.filter(request__in=requests, outcome=Outcome.PENDING).order_by()
    return rows.values("version__feature")
