"""Searches as they were counted, written down. No state that people see changes, so nothing to audit."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import connection as database
from django.utils import timezone

from registry.models import SearchDay

KEPT = timedelta(days=400)
# Who is gone meanwhile is left out.
_ADD = """
INSERT INTO registry_searchday AS counted (user_id, day, searches, empty)
SELECT known.id, day, searches, empty
FROM unnest(%s::bigint[], %s::date[], %s::int[], %s::int[]) AS sent(user_id, day, searches, empty)
JOIN registry_user known ON known.id = sent.user_id ORDER BY day, known.id
ON CONFLICT (day, user_id) DO UPDATE
SET searches = counted.searches + excluded.searches, empty = counted.empty + excluded.empty
"""


def add_searches(counted: Mapping[tuple[str, int], tuple[int, int]]) -> int:
    """Add these to what was counted before: {(day, user): (searches, without a result)}. Returns how many rows."""
    SearchDay.objects.filter(day__lt=timezone.now().date() - KEPT).delete()
    if not counted:
        return 0
    days, users = zip(*counted, strict=True)
    searches, empty = zip(*counted.values(), strict=True)
    with database.cursor() as cursor:
        cursor.execute(_ADD, [list(users), list(days), list(searches), list(empty)])
        return int(cursor.rowcount)
