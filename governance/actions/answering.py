"""What the readers of a deprecated version answer, and what owner and committee decide about it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from governance import letters
from governance.actions.following import follow
from governance.actions.reasons import SHORTEST_REASON, require_reason
from governance.models import Deprecation, DeprecationState, Extension, ExtensionState, Reader, ReaderState
from registry.actions.action import Note, action, invalid, lock
from registry.actions.consumers import stop_reading
from registry.actions.endings import deprecate_version
from registry.actions.telling import tell
from registry.models import Team, User
from registry.outbox.letters import Letter

LONGEST_NOTE = 2_000


@action("governance.answer_deprecation")
def answer_deprecation(reader: Reader, note: Note, *, actor: User, answer: str, about: str = "") -> Reader:
    """Acknowledge that it ends, or say that it is not read at all: then what was declared is taken back, and evidence
    decides."""
    if answer not in (ReaderState.ACKNOWLEDGED, ReaderState.NOT_USING):
        raise invalid(answer=f"Choose from {ReaderState.ACKNOWLEDGED.value}, {ReaderState.NOT_USING.value}.")
    row, deprecation = _open(reader)
    note.change("answer", row.answer, answer)
    row.answer, row.answered_at, row.answered_by, row.note = answer, timezone.now(), actor, _about(about)
    row.save()
    if answer == ReaderState.NOT_USING:
        version = deprecation.version
        stop_reading(row.consumer, actor=actor, feature=version.feature, number=version.number, reason=str(deprecation))
        follow(deprecation)
        row.refresh_from_db()
    title = f"{row.consumer}: {row.state.label.lower()} ({deprecation.version})"
    _tell_owner(deprecation, "deprecation.answered", f"{reader.pk} {answer}", title, letters.answered(deprecation, row))
    return row


@action("governance.answer_deprecation")
def ask_extension(reader: Reader, note: Note, *, actor: User, until: date, reason: str) -> Extension:
    """Ask the owner for more time."""
    row, deprecation = _open(reader)
    sunset = deprecation.version.sunset_on
    if sunset is not None and until <= sunset:
        raise invalid(until=f"Choose a day after the last day, {sunset}.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise invalid(reason=f"Say what takes longer, in {SHORTEST_REASON} characters or more.")
    try:
        with transaction.atomic():
            made = Extension.objects.create(reader=row, until=until, reason=_about(reason), asked_by=actor)
    except IntegrityError:
        raise invalid(until="You have asked already. The owner has not answered yet.") from None
    if not row.answer:
        row.answer, row.answered_at, row.answered_by = ReaderState.ACKNOWLEDGED, timezone.now(), actor
        row.save()
    note.subject = made
    note.change("until", sunset, until)
    title = f"{row.consumer} asks for time until {until} ({deprecation.version})"
    _tell_owner(deprecation, "extension.requested", f"extension {made.pk}", title, letters.asked(made))
    return made


@action("governance.decide_extension")
def decide_extension(extension: Extension, note: Note, *, actor: User, is_granted: bool, answer: str = "") -> Extension:
    """Grant more time, which moves the last day for everybody, or refuse with a reason."""
    row: Extension = lock(extension)
    if row.state != ExtensionState.OPEN:
        raise invalid(extension=f"It is {row.state} already.")
    if not is_granted and not answer.strip():
        raise invalid(answer="Say why not. The reader sees it.")
    deprecation: Deprecation = lock(row.reader.deprecation)
    row.state = (ExtensionState.GRANTED if is_granted else ExtensionState.REFUSED).value
    note.change("state", ExtensionState.OPEN.value, row.state)
    row.decided_by, row.decided_at, row.answer = actor, timezone.now(), _about(answer)
    row.save()
    version = deprecation.version
    if is_granted and (version.sunset_on is None or version.sunset_on < row.until):
        deprecate_version(
            version, actor=actor, sunset_on=row.until, reason=version.state_reason, replacement=version.replacement
        )
        deprecation.version.refresh_from_db()
        follow(deprecation)
    team = row.reader.consumer.team
    title = f"{'More' if is_granted else 'No more'} time for {row.reader.consumer} ({version})"
    _tell(deprecation, "extension.decided", f"extension {row.pk} {row.state}", title, letters.decided(row), team)
    return row


@action("governance.waive_reader")
def waive_reader(reader: Reader, note: Note, *, actor: User, reason: str) -> Reader:
    """The committee does not wait for a reader any longer: it does not keep the version from retiring."""
    row, deprecation = _open(reader)
    require_reason(reason)
    note.change("waived_at", row.waived_at, timezone.now())
    row.waived_at, row.waived_by, row.waiver = timezone.now(), actor, _about(reason)
    row.save()
    title = f"{row.consumer} is not waited for any longer ({deprecation.version})"
    letter = letters.answered(deprecation, row)
    _tell(deprecation, "deprecation.answered", f"waived {row.pk}", title, letter, row.consumer.team)
    return row


def _open(reader: Reader) -> tuple[Reader, Deprecation]:
    """Both rows locked: the deprecation first, as everything does that follows it."""
    deprecation: Deprecation = lock(reader.deprecation)
    if deprecation.state != DeprecationState.ANNOUNCED:
        raise invalid(deprecation=f"{deprecation} is {deprecation.state}: nothing is asked any longer.")
    row: Reader = lock(reader)
    row.deprecation = deprecation
    return row, deprecation


def _about(text: str) -> str:
    if len(text) > LONGEST_NOTE:
        raise invalid(note=f"At most {LONGEST_NOTE:,} characters.")
    return text.strip()


def _tell_owner(deprecation: Deprecation, event: str, key: str, title: str, letter: Letter) -> None:
    owner = None if deprecation.owner_id is None else Team.objects.get(pk=deprecation.owner_id)
    _tell(deprecation, event, key, title, letter, owner)


def _tell(deprecation: Deprecation, event: str, key: str, title: str, letter: Letter, team: Team | None) -> None:
    data = {"deprecation": str(deprecation), "version": str(deprecation.version)}
    key = f"{deprecation} {key} {timezone.now():%Y%m%dT%H%M%S%f}"
    tell(event, key=key, title=title, letter=letter, data=data, teams=[team] if team else ())
