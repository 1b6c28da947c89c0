"""Decisions about suggested classes. The class itself is changed by the one action that does: `classify_version`."""

from collections.abc import Sequence

from django.utils import timezone

from governance.actions.reasons import require_reason
from governance.models import ClassSuggestion, SuggestionState
from governance.weighing import weighed
from registry.actions.action import Note, action, allow, decided_by, invalid, lock
from registry.actions.versions import classify_version
from registry.choices import PERSONAL_CLASSES
from registry.models import User, Version
from registry.personal import PERSONAL


@action("governance.accept_class")
def accept_class(
    suggestion: ClassSuggestion, note: Note, *, actor: User, privacy_class: str = "", purposes: Sequence[str] = (),
    reason: str = "",
) -> ClassSuggestion:  # fmt: skip
    """Give the feature's current version the suggested class; where nobody told which one, `privacy_class`. Without
    `purposes` those that it has stay."""
    row = _open(suggestion)
    version = _current(row)
    row.feature.privacy_class = version.privacy_class
    _require_so(row)
    allow(actor, "governance.accept_class", row)  # of the class as it is now
    chosen = _chosen(row, privacy_class)
    with decided_by(row.public_id):
        classify_version(
            version, actor=actor, privacy_class=chosen, purposes=list(purposes) or version.purposes,
            reason=f"{row.public_id} {reason.strip()}".strip(),
        )  # fmt: skip
    note.change("privacy_class", version.privacy_class, chosen)
    return _decide(row, SuggestionState.ACCEPTED, note, actor, reason)


@action("governance.decline_class")
def decline_class(suggestion: ClassSuggestion, note: Note, *, actor: User, reason: str) -> ClassSuggestion:
    """Leave the class as it is. The same is not suggested again unless its claim or its path changes."""
    row = _open(suggestion)
    require_reason(reason)
    return _decide(row, SuggestionState.DECLINED, note, actor, reason)


def _open(suggestion: ClassSuggestion) -> ClassSuggestion:
    row: ClassSuggestion = lock(suggestion)
    if row.state != SuggestionState.OPEN:
        raise invalid(suggestion=f"{row} is not open any longer: {row.get_state_display().lower()}.")
    return row


def _current(suggestion: ClassSuggestion) -> Version:
    feature = suggestion.feature
    if feature.view.file:
        place = feature.view.file.replace("#", ", ")
        raise invalid(suggestion=f"A file holds this class: {place}. Change it there, then apply its plan.")
    current: Version = lock(feature.versions.get(number=feature.number))
    return current


def _require_so(row: ClassSuggestion) -> None:
    verdict = weighed(row.feature.privacy_class, row.privacy_class, is_masked=row.is_masked)
    if verdict is None or verdict.is_lowering != row.is_lowering:
        raise invalid(suggestion=f"The class has changed since {row} was told. It is looked at again within a minute.")


def _chosen(row: ClassSuggestion, said: str) -> str:
    """The class that is set: the suggested one, or where that is only "personal", the one that was said."""
    if row.privacy_class != PERSONAL:
        if said not in ("", row.privacy_class):
            raise invalid(privacy_class=f"{row} suggests {row.privacy_class}. Decline it, and set another class.")
        return row.privacy_class
    if said not in PERSONAL_CLASSES:
        raise invalid(privacy_class=f"Say which class: {', '.join(one.value for one in PERSONAL_CLASSES)}.")
    return said


def _decide(
    row: ClassSuggestion, state: SuggestionState, note: Note, actor: User, reason: str
) -> ClassSuggestion:  # fmt: skip
    note.change("state", row.state, state.value)
    row.state, row.reason, row.decided_by, row.decided_at = state, reason.strip(), actor, timezone.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return row
