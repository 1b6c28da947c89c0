"""How long events are kept as they came. What they added up to is never dropped, and what waits is not either."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection as database

from common.partitions import keep_partitions

_FORGET_REST = "DELETE FROM lineage_event_rest WHERE received_at < %s AND state <> 'waiting'"


def keep_events(now: datetime) -> dict[str, list[str]]:
    """Make and drop months of events. Those of odd times are dropped as long after they came."""
    months = settings.CHARTER_EVENT_RETENTION_MONTHS
    done = keep_partitions({"lineage_event": "event_at"}, now, months=months, unless="state = 'waiting'")
    with database.cursor() as cursor:
        cursor.execute(_FORGET_REST, [now - timedelta(days=31 * (months + 1))])
    return done
