"""What happened to a feature: audit entries and field history in one order of time, with who and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet

from registry import contracts
from registry.contracts import Change
from registry.models import AuditEntry, Feature, FeatureView, User, Version

PAGE = 50
# An action's audit entry and the field history it caused are one event, told once.
SAME_EVENT = timedelta(seconds=10)
# What somebody follows is nobody else's business.
PRIVATE = ("registry.follow_feature",)
_SILENT = frozenset({"id", "created_at", "changed_at", "digest"})
_THINGS = {Feature: "feature", FeatureView: "feature view", Version: "version"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `who` is empty for Charter itself, which speaks for the store it pulled from."""

    at: datetime
    who: str
    title: str
    reason: str = ""
    action: str = ""
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Activity:
    """Newest first. `before` asks for the older ones; None when there are none."""

    events: list[Event]
    before: datetime | None


def activity(feature: Feature, versions: Sequence[Version], *, before: datetime | None = None) -> Activity:
    """Up to a page of events of the feature, its versions and its view."""
    hide_values = any(contracts.is_personal(feature, version) for version in versions) or feature.is_personal
    about = (
        Q(object_type="feature", object_id=str(feature.pk))
        | Q(object_type="featureview", object_id=str(feature.view_id))
        | Q(object_type="version", object_id__in=[str(version.pk) for version in versions])
    )
    return _told(about, ([feature], list(versions), [feature.view]), before, hide_values=hide_values)


def view_activity(view: FeatureView, *, before: datetime | None = None) -> Activity:
    """Up to a page of events of the view itself. It holds limits and schedules, and nobody's values."""
    return _told(Q(object_type="featureview", object_id=str(view.pk)), ([view],), before, hide_values=False)


def _told(about: Q, things: Iterable[Sequence[Model]], before: datetime | None, *, hide_values: bool) -> Activity:
    """What the audit log says about them, and of their history what it does not say."""
    audited = _audited(about, before, hide_values=hide_values)
    kept = [
        event
        for rows in things
        for event in _history(rows, before, hide_values=hide_values)
        if not _is_told(event, audited)
    ]
    events = sorted(audited + kept, key=lambda event: event.at, reverse=True)
    page = events[:PAGE]
    return Activity(page, page[-1].at if len(events) > PAGE else None)


def _is_told(event: Event, audited: Iterable[Event]) -> bool:
    return any(one.action == event.action and abs(one.at - event.at) < SAME_EVENT for one in audited)


def _audited(about: Q, before: datetime | None, *, hide_values: bool) -> list[Event]:
    entries = AuditEntry.objects.filter(about, **({"at__lt": before} if before else {})).exclude(action__in=PRIVATE)
    return [_from_entry(entry, hide_values=hide_values) for entry in entries.order_by("-id")[: PAGE + 1]]


def _from_entry(entry: AuditEntry, *, hide_values: bool) -> Event:
    """`registry.change_slo` on payments.stats reads "Change SLO · payments.stats"."""
    verb = entry.action.partition(".")[2].replace("_", " ").capitalize().replace(" slo", " SLO")
    changes = [
        Change(_label(name), *(contracts.shown(name, value, hide_values=hide_values) for value in pair))
        for name, pair in entry.changes.items()
    ]
    return Event(entry.at, entry.actor_name, f"{verb} · {entry.object_key}", entry.reason, entry.action, changes)


def _history(rows: Sequence[Model], before: datetime | None, *, hide_values: bool) -> list[Event]:
    """Changes of these rows' fields: each kept row is compared with what it became."""
    if not rows:
        return []
    became: dict[int, Model] = {row.pk: row for row in rows}
    kept = type(rows[0]).kept_rows.rel.related_model.objects.filter(pgh_obj_id__in=[*became])  # type: ignore[attr-defined]
    if before:
        newer = kept.filter(pgh_created_at__gte=before).order_by("pgh_obj_id", "pgh_id").distinct("pgh_obj_id")
        became |= {row.pgh_obj_id: row for row in newer}
        kept = kept.filter(pgh_created_at__lt=before)
    found = list(kept.select_related("pgh_context").order_by("-pgh_id")[: PAGE + 1])
    steps = []
    for old in found:
        steps.append((old, _differing(old, became[old.pgh_obj_id])))
        became[old.pgh_obj_id] = old
    names = _names(step for _, step in steps)
    people = _people(old for old, _ in steps)
    return [
        _from_step(old, changed, names, people, type(rows[0]), hide_values=hide_values)
        for old, changed in steps
        if changed
    ]


def _differing(old: Any, new: Any) -> dict[Any, tuple[Any, Any]]:
    """Field → (old, new), for the fields that history keeps and people care about."""
    fields = [one for one in old._meta.concrete_fields if not one.name.startswith("pgh_") and one.name not in _SILENT]
    pairs = {one: (getattr(old, one.attname), getattr(new, one.attname)) for one in fields if hasattr(new, one.attname)}
    return {one: pair for one, pair in pairs.items() if pair[0] != pair[1]}


def _names(steps: Iterable[dict[Any, tuple[Any, Any]]]) -> dict[type[Model], dict[int, str]]:
    """What related rows are called: nobody reads "owner 12"."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for step in steps:
        for one, pair in step.items():
            if one.related_model:
                wanted[one.related_model] |= {value for value in pair if value is not None}
    return {
        model: {row.pk: str(row) for row in model._default_manager.filter(pk__in=numbers)}
        for model, numbers in wanted.items()
        if numbers
    }


def _people(rows: Iterable[Any]) -> dict[int, str]:
    numbers = {row.pgh_context.metadata.get("actor") for row in rows if row.pgh_context}
    known: QuerySet[User] = User.objects.filter(pk__in=numbers - {None})
    return {user.pk: user.username for user in known} if numbers - {None} else {}


def _from_step(
    old: Any, changed: dict[Any, tuple[Any, Any]], names: dict[type[Model], dict[int, str]], people: dict[int, str],
    model: type[Model], *, hide_values: bool,
) -> Event:  # fmt: skip
    said = old.pgh_context.metadata if old.pgh_context else {}
    number = f" {old.number}" if model is Version else ""
    changes = [
        Change(_label(one.name), *(_text(one, value, names, hide_values=hide_values) for value in pair))
        for one, pair in changed.items()
    ]
    return Event(
        old.pgh_created_at, people.get(said.get("actor", 0), ""), f"The {_THINGS[model]}{number} changed",
        said.get("reason", ""), said.get("action", ""), changes,
    )  # fmt: skip


def _text(one: Any, value: Any, names: dict[type[Model], dict[int, str]], *, hide_values: bool) -> str:
    if one.related_model and value is not None:
        return names.get(one.related_model, {}).get(value, f"number {value}")
    return contracts.shown(one.name, value, hide_values=hide_values)


def _label(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ").replace("dtype", "type").replace("slo ", "SLO ")
