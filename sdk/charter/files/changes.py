"""What differs between two states of a feature view, and what each difference means for those who read it.

The same comparison serves a plan (registry against files) and `charter breaking` (files against an earlier commit).
"""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from charter.files.documents import FeatureDocument, VersionDocument, ViewDocument
from charter.limits import drift_limits
from charter.terms import CLASSES, MEASURED

SHORTEST_NOTICE = {True: datetime.timedelta(days=90), False: datetime.timedelta(days=30)}  # online, offline

# Terms by what a change of them does to a version that is published.
_SCHEMA = (
    "dtype", "unit", "entity_keys", "is_nullable", "minimum", "maximum", "allowed_values", "vector_dimension",
    "vector_metric",
)  # fmt: skip
_SERVED = ("default", "default_policy")
_SEMANTIC = ("definition", "definition_url")
LEVELS = {
    "STRICT": ("schema", "semantic", "serving", "governance", "naming", "docs"),
    "SERVING": ("schema", "semantic", "serving", "governance"),
    "SCHEMA": ("schema",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `key` is project.view, project.view.feature, or that with @number. `action` says what applying it does: add, change,
    publish, deprecate, withdraw, retire. `result` is apply, notice, approve or error; `message` says what follows.
    """

    key: str
    action: str
    field: str = ""
    old: Any = None
    new: Any = None
    rule: str = ""
    category: str = "docs"
    result: str = "apply"
    message: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def is_counted_at(self, level: str) -> bool:
        """Whether this level cares about it. Additions break nothing at any level."""
        return self.action != "add" and self.category in LEVELS[level]


def compare(old: ViewDocument | None, new: ViewDocument, *, today: datetime.date) -> list[Change]:
    """Every difference, in the order in which it is applied. `old` is None for a view that is not there yet."""
    if old is None:
        return [
            Change(new.key, "add", category="schema"),
            *(one for feature in new.features.values() for one in _added(new, feature)),
        ]
    found = list(_view(old, new))
    for name, feature in new.features.items():
        held = old.features.get(name)
        found += _added(new, feature) if held is None else _feature(old, held, new, feature, today)
    for name, feature in old.features.items():
        if name not in new.features:
            found += _removed(old, feature)
    return found


def removed(old: ViewDocument) -> list[Change]:
    """What it means that a view is in no file any more."""
    return [one for feature in old.features.values() for one in _removed(old, feature)]


def _view(old: ViewDocument, new: ViewDocument) -> Iterator[Change]:
    key = new.key
    if old.entities != new.entities:
        said = "Features of other entities are another view: give it a new name."
        yield Change(key, "change", "entities", old.entities, new.entities, "F002", "schema", "error", said)
    if old.kind != new.kind:
        said = "A view of another kind is another view: give it a new name."
        yield Change(key, "change", "kind", old.kind, new.kind, "F002", "schema", "error", said)
    if old.owner != new.owner:
        said = "The receiving team accepts it."
        yield Change(key, "change", "owner", old.owner, new.owner, "G003", "governance", "approve", said)
    if old.description != new.description:
        yield Change(key, "change", "description", old.description, new.description, "D001")
    for name in ("ttl", "online", "slo_freshness", "slo_max_null_rate", "slo_drift"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield _serving(key, name, before, after)
    if old.every != new.every:
        yield Change(key, "change", "every", old.every, new.every, "S002", "serving", "apply")


def _serving(key: str, name: str, before: Any, after: Any) -> Change:
    if _is_weaker(name, before, after):
        said = "Readers get less than they were promised."
        return Change(key, "change", name, before, after, "S002", "serving", "notice", said)
    return Change(key, "change", name, before, after, "S002", "serving", "apply")


def _is_weaker(name: str, before: Any, after: Any) -> bool:
    """Values live shorter, are no longer served online, or a limit was loosened. No limit is the loosest one."""
    if name == "online":
        return bool(before)
    if name == "ttl":
        return after is not None and (before is None or after < before)
    if name == "slo_drift":
        return drift_limits(after)[1:] > drift_limits(before)[1:]
    return before is not None and (after is None or after > before)


def _added(view: ViewDocument, feature: FeatureDocument) -> Iterator[Change]:
    for number in sorted(feature.versions):
        yield Change(f"{view.key}.{feature.name}@{number}", "add", category="schema")


def _removed(view: ViewDocument, feature: FeatureDocument) -> Iterator[Change]:
    for number, version in sorted(feature.versions.items()):
        if version.status not in ("draft", "retired"):
            said = "It is no longer in the file. Deprecate it, and take it out once it is retired."
            key = f"{view.key}.{feature.name}@{number}"
            yield Change(key, "remove", rule="F001", category="schema", result="error", message=said)


def _feature(
    old_view: ViewDocument, old: FeatureDocument, view: ViewDocument, new: FeatureDocument, today: datetime.date
) -> Iterator[Change]:
    key = f"{view.key}.{new.name}"
    for name in ("description", "tags"):
        if getattr(old, name) != getattr(new, name):
            yield Change(key, "change", name, getattr(old, name), getattr(new, name), "D001")
    if old.slo_drift != new.slo_drift:
        usual = (old.slo_drift or old_view.slo_drift, new.slo_drift or view.slo_drift)
        is_weaker = _is_weaker("slo_drift", *usual)
        said = "Readers get less than they were promised." if is_weaker else ""
        result = "notice" if is_weaker else "apply"
        yield Change(key, "change", "slo_drift", old.slo_drift, new.slo_drift, "S002", "serving", result, said)
    before, after = old.owner or old_view.owner, new.owner or view.owner
    if before != after and (old.owner or new.owner):
        said = "The receiving team accepts it."
        yield Change(key, "change", "owner", before, after, "G003", "governance", "approve", said)
    for number, version in sorted(new.versions.items()):
        reference, held = f"{key}@{number}", old.versions.get(number)
        if held is None:
            yield Change(reference, "add", category="schema")
        else:
            yield from _version(reference, held, version, view.online, today)
    gone = FeatureDocument(new.name, versions={n: one for n, one in old.versions.items() if n not in new.versions})
    yield from _removed(view, gone)


def _version(
    key: str, old: VersionDocument, new: VersionDocument, is_online: bool, today: datetime.date
) -> Iterator[Change]:
    for term in old.terms:
        if old.terms[term] != new.terms[term] and not _is_measured(term, old, new):
            yield _term(key, term, old, new)
    if old.note != new.note:
        yield Change(key, "change", "note", old.note, new.note, "D001")
    yield from _life(key, old, new, is_online, today)


def _is_measured(term: str, old: VersionDocument, new: VersionDocument) -> bool:
    """A default that Charter measures is not the file's to say."""
    return (
        term == "default"
        and new.terms["default_policy"] in MEASURED
        and old.terms["default_policy"] == new.terms["default_policy"]
    )


def _term(key: str, term: str, old: VersionDocument, new: VersionDocument) -> Change:
    before, after = old.terms[term], new.terms[term]
    if old.status == "draft":
        return Change(key, "change", term, before, after)
    again = f"Published content never changes: make it @{new.number + 1}."
    if term in _SCHEMA:
        return Change(key, "change", term, before, after, "F002", "schema", "error", again)
    if term in _SEMANTIC:
        return Change(key, "change", term, before, after, "M001", "semantic", "error", again)
    if term in _SERVED:
        return Change(key, "change", term, before, after, "S001", "serving", "error", again)
    if term == "privacy_class":
        if _rank(after) < _rank(before):
            said = "The committee approves it."
            return Change(key, "change", term, before, after, "G001", "governance", "approve", said)
        return Change(key, "change", term, before, after, "G001", "governance", "apply")
    narrowed = [one for one in before if one not in after]
    if narrowed:
        said = f"No longer for {', '.join(narrowed)}."
        return Change(key, "change", term, before, after, "G002", "governance", "notice", said)
    return Change(key, "change", term, before, after, "G002", "governance", "apply")


def _rank(privacy_class: str) -> int:
    return CLASSES.index(privacy_class) if privacy_class in CLASSES else -1


def _life(
    key: str, old: VersionDocument, new: VersionDocument, is_online: bool, today: datetime.date
) -> Iterator[Change]:
    """Where it stands, and until when."""
    moved = {
        ("draft", "active"): "publish", ("active", "deprecated"): "deprecate", ("deprecated", "active"): "withdraw",
        ("deprecated", "retired"): "retire",
    }.get((old.status, new.status))  # fmt: skip
    if old.status != new.status and moved is None:
        said = f"What is {old.status} does not become {new.status} in one step."
        yield Change(key, "change", "status", old.status, new.status, "F003", "schema", "error", said)
    elif moved == "deprecate":
        yield _sunset(key, "deprecate", old, new, is_online, today)
    elif moved is not None:
        yield Change(key, moved, "status", old.status, new.status, category="governance")
    elif new.status == "deprecated" and _ending(old) != _ending(new):
        yield _sunset(key, "deprecate", old, new, is_online, today)


def _ending(version: VersionDocument) -> tuple[str, str, str]:
    return version.sunset, version.reason, version.replacement


def _sunset(
    key: str, action: str, old: VersionDocument, new: VersionDocument, is_online: bool, today: datetime.date
) -> Change:
    found = Change(
        key, action, "sunset", old.sunset, new.sunset, "G004", "governance", "notice", "It ends for its readers."
    )
    told = datetime.date.fromisoformat(old.sunset) if old.sunset else None
    said = sunset_fault(told, datetime.date.fromisoformat(new.sunset), is_online=is_online, today=today)
    return replace(found, result="error", message=said) if said else found


def sunset_fault(told: datetime.date | None, wanted: datetime.date, *, is_online: bool, today: datetime.date) -> str:
    """Why a version may not end on `wanted`; empty when it may. `told` is the day that its readers were told."""
    if told:
        return f"Readers were told {told}. A sunset moves later, not earlier." if wanted < told else ""
    earliest = today + SHORTEST_NOTICE[is_online]
    if wanted < earliest:
        return f"Too soon: readers need {SHORTEST_NOTICE[is_online].days} days, so {earliest} at the earliest."
    return ""
