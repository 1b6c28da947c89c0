"""What is suggested to those who decide, and by which rules. Pure: facts in, a suggestion with its reasons out.

It never decides: pages do not press a button for anybody, and whoever goes against a suggested denial says why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from governance.models import Setting, Verdict
from registry.choices import PrivacyClass

MOST_QUASI = 3  # together they single people out
LIVE = frozenset({"", "prod", "production", "live"})
_STRICT = (PrivacyClass.DIRECT_IDENTIFIER, PrivacyClass.SPECIAL_CATEGORY)
_TRIAL = timedelta(days=90).days


class Fit(StrEnum):
    FITS = "fits"
    CHECK = "check"
    AGAINST = "against"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule and what it found, in a sentence. `check` is the block of the page where its facts are."""

    check: str
    fit: Fit
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a request. `purposes_missing` are versions whose contract does not name the purpose; precedents
    are earlier items for the same version and purpose."""

    purpose: str
    is_assessed: bool
    classes: tuple[str, ...]
    purposes_missing: tuple[str, ...] = ()
    days: int = 0
    setting: str = Setting.OFFLINE
    environment: str = ""
    quasi_together: int = 0
    held: int = 0
    held_unused: int | None = None
    approved_before: tuple[str, ...] = ()
    denied_before: tuple[str, ...] = ()
    days_before: tuple[int, ...] = ()
    outputs: str | None = None
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """`verdict` is approve, changes or deny."""

    verdict: str
    days: int
    setting: str
    rules: tuple[Rule, ...] = field(default=())

    @property
    def said(self) -> str:
        """Such as "Suggested: approve for 180 days, offline only"."""
        if self.verdict == Verdict.DENY:
            return "Suggested: deny."
        if self.verdict == Verdict.CHANGES:
            return "Suggested: ask for changes."
        return f"Suggested: approve for {self.days} days, {Setting(self.setting).label.lower()}."

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def recommend(facts: Facts) -> Recommendation:
    """One rule against it is enough to suggest a denial, unless it is one that changes would mend."""
    rules = tuple(_rules(facts))
    setting = Setting.OFFLINE if _is_trial(facts) else Setting(facts.setting)
    days = min([facts.days, *facts.days_before, *([_TRIAL] if _is_trial(facts) else [])])
    return Recommendation(_verdict(rules).value, days, setting.value, rules)


def _verdict(rules: Sequence[Rule]) -> Verdict:
    if any(rule.fit == Fit.AGAINST for rule in rules):
        return Verdict.DENY
    is_singling_out = any(rule.fit == Fit.CHECK and rule.check == "data" for rule in rules)
    return Verdict.CHANGES if is_singling_out else Verdict.APPROVE


def _rules(facts: Facts) -> Iterator[Rule]:
    yield from _of_purpose(facts)
    yield from _of_people(facts)
    yield from _of_data(facts)
    yield from _of_setting(facts)
    yield from _of_outputs(facts)
    yield from _of_precedents(facts)


def _of_purpose(facts: Facts) -> Iterator[Rule]:
    if facts.purposes_missing:
        names = ", ".join(facts.purposes_missing)
        yield Rule("purpose", Fit.AGAINST, f"{facts.purpose} is no purpose that the contract of {names} allows.")
    else:
        yield Rule("purpose", Fit.FITS, f"Every contract allows {facts.purpose}.")
    if facts.is_assessed:
        yield Rule("purpose", Fit.FITS, "An impact assessment of the purpose holds today.")
    elif set(facts.classes) & set(_STRICT):
        yield Rule("purpose", Fit.CHECK, "No impact assessment of the purpose holds today.")


def _of_people(facts: Facts) -> Iterator[Rule]:
    if facts.held_unused is None:
        yield Rule("people", Fit.UNKNOWN, "Nobody reports what this reader reads.")
    elif facts.held_unused:
        yield Rule(
            "people", Fit.CHECK, f"{facts.held_unused} of {facts.held} grants it holds were not used in 30 days."
        )
    elif facts.held:
        yield Rule("people", Fit.FITS, f"All {facts.held} grants it holds were used in the last 30 days.")


def _of_data(facts: Facts) -> Iterator[Rule]:
    if facts.quasi_together >= MOST_QUASI:
        text = (
            f"{facts.quasi_together} quasi-identifiers together, with those it may read already, can single people out."
        )
        yield Rule("data", Fit.CHECK, text)
    if facts.alternatives:
        yield Rule("alternatives", Fit.CHECK, f"Not personal and much the same: {', '.join(facts.alternatives)}.")


def _of_setting(facts: Facts) -> Iterator[Rule]:
    if _is_trial(facts):
        yield Rule("setting", Fit.CHECK, f"It runs in {facts.environment}, so online values are not needed yet.")
    else:
        yield Rule("setting", Fit.FITS, f"{facts.days} days are within the policy.")


def _of_outputs(facts: Facts) -> Iterator[Rule]:
    if facts.outputs is None:
        yield Rule("outputs", Fit.UNKNOWN, "Lineage does not say where its results go.")
    else:
        yield Rule("outputs", Fit.FITS, facts.outputs)


def _of_precedents(facts: Facts) -> Iterator[Rule]:
    if facts.denied_before:
        names = ", ".join(facts.denied_before)
        yield Rule("precedents", Fit.CHECK, f"The same was denied in {names}.")
    if facts.approved_before:
        yield Rule("precedents", Fit.FITS, f"The same was approved in {', '.join(facts.approved_before)}.")


def _is_trial(facts: Facts) -> bool:
    return facts.setting == Setting.ONLINE and facts.environment.lower() not in LIVE
