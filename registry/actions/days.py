"""What projects' use was on a day. No state that people see changes, so nothing to audit."""

from django.db import connection as database
from django.utils import timezone

_KEEP = """
INSERT INTO registry_projectday AS held (project_id, day, active, used, reused)
SELECT project_id, %s, count(*), count(*) FILTER (WHERE models_count > 0), count(*) FILTER (WHERE models_count > 1)
FROM registry_feature WHERE state = 'active' AND gone_at IS NULL GROUP BY project_id ORDER BY project_id
ON CONFLICT (project_id, day) DO UPDATE
SET active = EXCLUDED.active, used = EXCLUDED.used, reused = EXCLUDED.reused
"""


def keep_day() -> int:
    """Note how much of each project is used, in the place of what was noted today before. Returns how many projects."""
    with database.cursor() as cursor:
        cursor.execute(_KEEP, [timezone.now().date()])
        return int(cursor.rowcount)
