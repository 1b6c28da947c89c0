"""Suggestions of classes, brought up to what lineage knows: by nobody, again and again, with the same result."""

from django.db import transaction

from common.locks import try_lock
from governance.models import ClassSuggestion, SuggestionState
from governance.queries.classes import TOLD, Wanted, wanted_suggestions

_AT_ONCE = 1_000


def suggest_classes() -> dict[str, int]:
    """Make the suggestions that should be there, change those that are told otherwise now, and take back those that
    no longer hold. What somebody has decided stays, and does not come back. Returns how many of each."""
    with transaction.atomic():
        if not try_lock("suggest classes"):
            return {}
        # Locked, so that nobody decides about one while it changes.
        held = {one.feature_id: one for one in ClassSuggestion.objects.open().order_by("pk").select_for_update()}
        wanted = _undecided(list(wanted_suggestions()))
        new = [one for feature, one in wanted.items() if feature not in held]
        gone = [one for feature, one in held.items() if feature not in wanted]
        changed = [one for feature, one in held.items() if feature in wanted and _differs(one, wanted[feature])]
        _write(new, changed, gone)
    return {"new": len(new), "changed": len(changed), "gone": len(gone)}


def _undecided(wanted: list[Wanted]) -> dict[int, Wanted]:
    """By feature, without those that somebody has declined as they are."""
    rows = ClassSuggestion.objects.filter(state=SuggestionState.DECLINED, feature__in=[one.feature for one in wanted])
    declined = set(rows.values_list("feature_id", "mark"))
    return {one.feature: one for one in wanted if (one.feature, one.mark) not in declined}


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
