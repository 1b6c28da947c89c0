"""The decision itself: facts in one statement, judged in their order, logged in one more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import TextChoices
from django.utils import timezone

from governance.authorization.asked import Asked
from governance.authorization.facts import Who, facts_of
from governance.authorization.judging import Judged, judge
from governance.authorization.keeping import Asker, is_chosen, keep
from governance.models.evaluations import new_evaluation_id
from registry.models import User

# How long a no may be answered with an access request.
REQUESTABLE_FOR = timedelta(hours=1)


class Semantic(TextChoices):
    """Whether questions after the first no, or the first yes, are left alone."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    def ends_with(self, decision: bool) -> bool:
        return self == (Semantic.PERMIT_ON_FIRST_PERMIT if decision else Semantic.DENY_ON_FIRST_DENY)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with its id in the log; None where it is not kept. `at` is of the millisecond, as the id is."""

    asked: Asked
    judged: Judged
    who: Who
    at: datetime
    id: UUID | None

    @property
    def requestable_until(self) -> datetime:
        return self.at + REQUESTABLE_FOR


def decide(
    questions: Sequence[Asked], user: User, asker: Asker, semantic: Semantic = Semantic.EXECUTE_ALL
) -> list[Decided]:
    """One decision for each question, in order, fewer where the semantic ends them. All are of one moment."""
    decided = decide_unlogged(questions, user, semantic)
    keep(asker, decided)
    return decided


def decide_unlogged(
    questions: Sequence[Asked], user: User, semantic: Semantic = Semantic.EXECUTE_ALL
) -> list[Decided]:  # fmt: skip
    """The same, where somebody else chooses which of them anybody is told, and keeps those."""
    now = timezone.now()
    at = now.replace(microsecond=now.microsecond // 1000 * 1000)
    decided = []
    for asked, facts in zip(questions, facts_of(questions, user, now), strict=True):
        judged = judge(asked, facts, now)
        is_kept = judged.is_personal or is_chosen()
        decided.append(Decided(asked, judged, facts.who, at, new_evaluation_id(at) if is_kept else None))
        if semantic.ends_with(judged.decision):
            break
    return decided
