"""Answers to writes, kept so that the same write can be sent again. No state that people see, so nothing to audit."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from common.locks import try_lock
from registry.models import KeptAnswer, User

KEPT_FOR = timedelta(days=1)


def take_key(user: User, key: str) -> bool:
    """Hold the key until the transaction ends; False while another request holds it."""
    return try_lock(f"answer {user.pk} {key}")


def keep_answer(
    user: User, key: str, asked: bytes, *, status: int, headers: Mapping[str, str], body: bytes | None
) -> None:
    """Keep the answer for a day, in the place of one that is older than that."""
    KeptAnswer.objects.filter(user=user, key=key).delete()
    KeptAnswer.objects.create(user=user, key=key, asked=asked, status=status, headers=dict(headers), body=body)


def kept_answer(user: User, key: str) -> KeptAnswer | None:
    """What was answered to this key within the last day."""
    return KeptAnswer.objects.filter(user=user, key=key, created_at__gt=timezone.now() - KEPT_FOR).first()


def forget_old_answers() -> int:
    """Drop what is older than a day. Returns how many."""
    return KeptAnswer.objects.filter(created_at__lte=timezone.now() - KEPT_FOR).delete()[0]
