"""What a consumer may read now, and until when."""

from collections.abc import Sequence
from datetime import datetime

from governance.models import Grant, Setting
from governance.queries.living import why_not_now
from registry.models import Consumer


def read_until(consumer: Consumer, references: Sequence[str]) -> dict[str, datetime]:
    """By `key@number`, the end of the living grant for reading online that lasts longest, whatever its purpose."""
    if not references:
        return {}
    keys = {reference.rpartition("@")[0] for reference in references}
    held = Grant.objects.active().filter(consumer=consumer, setting=Setting.ONLINE, version__feature__key__in=keys)
    active = held.with_names().order_by("ends_at")
    return {str(one.version): one.ends_at for one in active if one.ends_at and not why_not_now(one)}
