"""What is suggested about a grant that is looked at again, and how soon it should be. Pure: facts in, advice out."""

from dataclasses import dataclass
from datetime import date, timedelta

from governance.models.policies import Setting
from governance.models.recertifications import Answer
from registry.choices import PrivacyClass

LOOKED_BACK = 90  # days
UNUSED_AFTER = 60  # days
_OF_CLASS = {
    PrivacyClass.SPECIAL_CATEGORY: 40, PrivacyClass.DIRECT_IDENTIFIER: 30, PrivacyClass.QUASI_IDENTIFIER: 20,
    PrivacyClass.PSEUDONYMOUS: 10,
}  # fmt: skip
_MANY = 100  # reads a day


@dataclass(frozen=True, slots=True)
class Facts:
    """`reads` are (day, count) of the last 90 days, oldest first; None where nobody reports what the reader reads.
    `why_not` says why the grant gives nothing any more."""

    today: date
    granted_on: date
    privacy_class: str
    setting: str
    why_not: str
    reads: tuple[tuple[date, int], ...] | None

    @property
    def last(self) -> date | None:
        return self.reads[-1][0] if self.reads else None

    @property
    def is_unused(self) -> bool:
        """Known to be unused for 60 days, and old enough to have been used."""
        if self.reads is None:
            return False
        since = self.today - timedelta(days=UNUSED_AFTER)
        return self.granted_on <= since and (self.last is None or self.last <= since)


@dataclass(frozen=True, slots=True)
class Advice:
    """`answer` is keep, revoke or nothing; `risk` sorts: what is strict and unused comes first."""

    answer: str
    why: str
    risk: int


def advise(facts: Facts) -> Advice:
    answer, why = _answer(facts)
    return Advice(answer, why, _risk(facts))


def _answer(facts: Facts) -> tuple[str, str]:
    if facts.why_not:
        return Answer.REVOKE.value, f"It gives nothing any more: {facts.why_not}"
    if facts.reads is None:
        return "", "Nobody reports what this reader reads, so its use is unknown."
    if facts.is_unused:
        when = f"since {facts.last:%-d %b}" if facts.last else f"in {LOOKED_BACK} days"
        return Answer.REVOKE.value, f"Not used {when}."
    if facts.last is None:
        days = (facts.today - facts.granted_on).days
        return Answer.KEEP.value, f"Not used yet, and granted only {days} day{'' if days == 1 else 's'} ago."
    return Answer.KEEP.value, f"Used on {len(facts.reads)} of {LOOKED_BACK} days."


def _risk(facts: Facts) -> int:
    unused = 20 if facts.is_unused else 8 if facts.reads is None else 0
    online = 5 if facts.setting == Setting.ONLINE else 0
    return _OF_CLASS.get(PrivacyClass(facts.privacy_class), 0) + unused + online + (15 if facts.why_not else 0)


def digits(facts: Facts) -> str:
    """A digit a day, oldest first: 0 none, 1 a few, 2 many, 3 very many; empty where it is unknown."""
    if facts.reads is None:
        return ""
    counts = dict(facts.reads)
    days = (facts.today - timedelta(days=back) for back in range(LOOKED_BACK - 1, -1, -1))
    return "".join(str(_level(counts.get(day, 0))) for day in days)


def _level(count: int) -> int:
    return 0 if not count else 1 if count < _MANY else 2 if count < _MANY**2 else 3
