"""How long decisions take."""

from datetime import timedelta
from statistics import median

from django.db.models import F, QuerySet
from django.utils import timezone

from governance.models import AccessRequest, Slot

COUNTED, MONTH = 20, timedelta(days=30)


def usual_time() -> timedelta | None:
    """The median of the last requests that people decided, from sent to decided; None while there are none."""
    return _median(list(_decided_by_people()[:COUNTED]))


def usual_this_month() -> timedelta | None:
    """The same, of those that were decided in the last 30 days."""
    return _median(list(_decided_by_people().filter(decided_at__gt=timezone.now() - MONTH)))


def _decided_by_people() -> QuerySet[AccessRequest]:
    rows = AccessRequest.objects.filter(decided_at__gt=F("sent_at"), decisions__slot__in=[Slot.OWNER, Slot.COMMITTEE])
    return rows.distinct().order_by("-decided_at")


def _median(rows: list[AccessRequest]) -> timedelta | None:
    taken = [(one.decided_at - one.sent_at).total_seconds() for one in rows if one.decided_at and one.sent_at]
    return timedelta(seconds=median(taken)) if taken else None
