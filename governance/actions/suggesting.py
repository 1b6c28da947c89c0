"""Suggestions of classes, brought up to what lineage, stores and names tell: by nobody, again and again, with the same
result."""

from collections import defaultdict
from dataclasses import replace
from itertools import chain

from django.db import transaction

from common.locks import try_lock
from governance.models import ClassSuggestion, SuggestionState
from governance.queries.classes import TOLD, Wanted, wanted_suggestions
from lineage.flowing import level
from registry.guesses import BY_BOTH

_AT_ONCE = 1_000


def suggest_classes() -> dict[str, int]:
    """Make the suggestions that should be there, change those that are told otherwise now, and take back those that
    no longer hold. What somebody has decided stays, and does not come back. Returns how many of each."""
    with transaction.atomic():
        if not try_lock("suggest classes"):
            return {}
        # Locked, so that nobody decides about one while it changes.
        held = {one.feature_id: one for one in ClassSuggestion.objects.open().order_by("pk").select_for_update()}
        wanted = {feature: _one_of(some) for feature, some in _undecided(list(wanted_suggestions())).items()}
        new = [one for feature, one in wanted.items() if feature not in held]
        gone = [one for feature, one in held.items() if feature not in wanted]
        changed = [one for feature, one in held.items() if feature in wanted and _differs(one, wanted[feature])]
        _write(new, changed, gone)
    return {"new": len(new), "changed": len(changed), "gone": len(gone)}


def _undecided(wanted: list[Wanted]) -> dict[int, list[Wanted]]:
    """By feature, without those that somebody has declined as they are."""
    rows = ClassSuggestion.objects.filter(state=SuggestionState.DECLINED, feature__in=[one.feature for one in wanted])
    told = rows.values_list("feature_id", "mark", "also")
    declined = {(feature, mark) for feature, first, also in told for mark in (first, *also)}
    found: dict[int, list[Wanted]] = defaultdict(list)
    for one in wanted:
        if (one.feature, one.mark) not in declined:
            found[one.feature].append(one)
    return found


def _one_of(some: list[Wanted]) -> Wanted:
    """What is suggested of a feature that several things are said of: what is sure before words and tags of tables,
    then the strictest class, then who claims it before who guesses. Words say nothing against who is sure."""
    best, *others = sorted(some, key=_rank)
    beside = [one for one in others if one.is_guess and not (best.is_sure and _is_more(one, best))]
    agree = [one for one in beside if one.fields["privacy_class"] == best.fields["privacy_class"]]
    return replace(
        best, confidence=BY_BOTH if best.is_guess and agree else best.confidence,
        evidence=tuple(chain(best.evidence, *(one.evidence for one in beside))),
        also=tuple(sorted(one.mark for one in others if one.is_guess)),
    )  # fmt: skip


def _rank(one: Wanted) -> tuple[bool, int, bool, float]:
    return (not one.is_sure, -level(one.fields["privacy_class"]), one.is_guess, -(one.confidence or 0))


def _is_more(one: Wanted, other: Wanted) -> bool:
    return level(one.fields["privacy_class"]) > level(other.fields["privacy_class"])


def _differs(row: ClassSuggestion, wanted: Wanted) -> bool:
    """Whether it says something else now. Says so on the row as well."""
    values = wanted.values
    is_other = any(getattr(row, name) != value for name, value in values.items())
    for name, value in values.items():
        setattr(row, name, value)
    return is_other


def _write(new: list[Wanted], changed: list[ClassSuggestion], gone: list[ClassSuggestion]) -> None:
    for one in gone:
        one.state = SuggestionState.GONE
    made = [ClassSuggestion(feature_id=one.feature, **one.values) for one in new]
    ClassSuggestion.objects.bulk_create(made, batch_size=_AT_ONCE)
    ClassSuggestion.objects.bulk_update(changed, TOLD, batch_size=_AT_ONCE)
    ClassSuggestion.objects.bulk_update(gone, ["state"], batch_size=_AT_ONCE)
