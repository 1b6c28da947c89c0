"""What every state change has in common: permission, one transaction, one audit entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import pghistory
import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction

from registry.models import AuditEntry, Project, User

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Subject = TypeVar("Subject", bound=models.Model | None)


@dataclass(slots=True)
class Note:
    """What an action tells the audit log. Actions fill it in; the decorator writes it."""

    changes: dict[str, list[Any]] = field(default_factory=dict)
    reason: str = ""
    subject: models.Model | None = None

    def change(self, name: str, old: Any, new: Any) -> None:
        """Record that field `name` went from `old` to `new`; nothing when they are equal."""
        if old != new:
            self.changes[name] = [_plain(old), _plain(new)]


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | float | str | list | dict | type(None)) else str(value)


def action(
    name: str,
) -> Callable[
    [Callable[Concatenate[Subject, Note, Parameters], Result]], Callable[Concatenate[Subject, Parameters], Result]
]:
    """Make a function a state change: `@action("registry.verb_noun")`.

    The function receives its subject (the object changed, or the parent when it creates one), a `Note`, and keyword
    arguments. Callers pass the subject, `actor` and the rest; `actor=None` is the system and must be written out.

    Raises:
        PermissionDenied: the actor may not do this to the subject.
        ValidationError: from the action itself, keyed by field.
    """

    def decorate(
        change: Callable[Concatenate[Subject, Note, Parameters], Result],
    ) -> Callable[Concatenate[Subject, Parameters], Result]:
        @wraps(change)
        def run(subject: Subject, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            actor = kwargs["actor"]
            allow(actor, name, subject)
            note = Note(reason=str(kwargs.get("reason") or ""))
            with transaction.atomic(), history_context(actor, name, note.reason):
                result = change(subject, note, *args, **kwargs)
                record(actor, name, note.subject or subject, note)
            return result

        return run

    return decorate


# What was decided as a whole is not asked again for its parts.
_decided: ContextVar[str] = ContextVar("decided", default="")


@contextmanager
def decided_by(reference: str) -> Iterator[None]:
    """Within, actions are allowed to whoever does them: `reference`, such as a plan, was checked and approved whole.
    Audit entries name it as the reason."""
    token = _decided.set(reference)
    try:
        yield
    finally:
        _decided.reset(token)


def is_decided() -> bool:
    """Whether what happens now was decided as a whole."""
    return bool(_decided.get())


def allow(actor: object, name: str, subject: models.Model | None) -> None:
    """Raise PermissionDenied unless `actor` (a User, or None for the system) may do `name` to `subject`."""
    if actor is None or is_decided():
        return
    if not isinstance(actor, User) or not actor.has_perm(name, subject):
        raise PermissionDenied(f"You may not {name.split('.')[1].replace('_', ' ')}.")


def history_context(actor: object, name: str, reason: str) -> Any:
    """Who and why, on every history row that the database writes meanwhile."""
    return pghistory.context(actor=getattr(actor, "pk", None), action=name, reason=reason)


def record(actor: object, name: str, subject: models.Model | None, note: Note) -> AuditEntry:
    """Write the audit entry of one state change, within the caller's transaction."""
    entry = entry_of(actor, name, subject, note)
    entry.save()
    return entry


def entry_of(actor: object, name: str, subject: models.Model | None, note: Note) -> AuditEntry:
    """The audit entry of one state change, not written yet: for actions that write many at once."""
    user = actor if isinstance(actor, User) else None
    bound = structlog.contextvars.get_contextvars()
    return AuditEntry(
        actor=user,
        actor_name=user.username if user else "system",
        token=bound.get("token", ""),
        request_id=bound.get("request_id", ""),
        action=name,
        object_type=subject._meta.model_name or "" if subject is not None else "",
        object_id=str(getattr(subject, "public_id", subject.pk)) if subject is not None else "",
        object_key=str(getattr(subject, "key", subject))[:600] if subject is not None else "",
        project_id=_project_id(subject),
        team_id=getattr(subject, "owner_id", None),
        changes=note.changes,
        reason=note.reason or _decided.get(),
    )


def _project_id(subject: models.Model | None) -> int | None:
    return subject.pk if isinstance(subject, Project) else getattr(subject, "project_id", None)


def lock(row: Any) -> Any:
    """The row as it is now, locked until the transaction ends. An action decides on this, never on a stale copy."""
    return type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)


def invalid(**fields: str) -> ValidationError:
    """A ValidationError that names fields: `raise invalid(sunset_on="Choose a later date.")`."""
    return ValidationError({name: [message] for name, message in fields.items()})
