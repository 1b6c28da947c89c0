"""Reading names and descriptions of features for words that speak for a class: of those that have changed, again and
again, with the same result."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from common.locks import try_lock
from governance.models import GuessedClass, NamesRead
from registry.guesses import WORDS_MARK, Guess, of_words
from registry.models import Feature

AT_ONCE = 2_000
# A transaction says when it began, and is seen when it ends. What one that takes longer has changed is read when it
# changes again.
LONGEST_TRANSACTION = timedelta(minutes=15)
_KEPT = ("privacy_class", "confidence", "said", "reason")


def read_names() -> int:
    """Read the names and descriptions that have changed since the last time, all of them where the words that are
    looked for have changed. Returns how many guesses came, went or changed."""
    with transaction.atomic():
        if not try_lock("read names"):
            return 0
        now = timezone.now()
        read = NamesRead.objects.filter(pk=1, words=WORDS_MARK).first()
        since = {"changed_at__gte": read.until - LONGEST_TRANSACTION} if read else {}
        rows = Feature.objects.filter(**since).order_by("pk").values_list("pk", "name", "description")
        waiting, changed = rows.iterator(chunk_size=AT_ONCE), 0
        while some := list(islice(waiting, AT_ONCE)):
            changed += _read(some)
        NamesRead.objects.update_or_create(pk=1, defaults={"until": now, "words": WORDS_MARK})
    return changed


def _read(features: Iterable[tuple[int, str, str]]) -> int:
    """Write what these say, where it is not what is kept of them."""
    told = {pk: {one.by: one for one in of_words(name, description)} for pk, name, description in features}
    held = {(row.feature_id, row.by): row for row in GuessedClass.objects.filter(feature__in=told)}
    wanted = {(pk, by): one for pk, found in told.items() for by, one in found.items()}
    stale = [row.pk for key, row in held.items() if key not in wanted or _differs(row, wanted[key])]
    new = {key: one for key, one in wanted.items() if key not in held or held[key].pk in set(stale)}
    GuessedClass.objects.filter(pk__in=stale).delete()
    GuessedClass.objects.bulk_create([_row(pk, one) for (pk, _), one in new.items()])
    return len(stale) + sum(key not in held for key in new)


def _row(feature: int, one: Guess) -> GuessedClass:
    return GuessedClass(
        feature_id=feature, by=one.by, privacy_class=one.privacy_class, confidence=one.confidence, said=one.said[:200],
        reason=one.reason,
    )  # fmt: skip


def _differs(row: GuessedClass, one: Guess) -> bool:
    said = (one.privacy_class, one.confidence, one.said[:200], one.reason)
    return tuple(getattr(row, name) for name in _KEPT) != said
