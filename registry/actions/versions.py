"""The life of a version: drafted, changed, published, quarantined. Its end is in `registry.actions.endings`.

What a version says is settled when it is published: new content is a new version, and both run side by side. The
database guards the states and the content; the messages are here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from charter.terms import MEASURED, OF_STORE, TERMS, faults, gaps
from registry.actions.action import Note, action, invalid, lock
from registry.choices import Manager, VersionState
from registry.models import DefaultPolicy, Feature, User, Version
from registry.notifications import count_facets, learn_words

LONGEST_REASON = 2_000
# Which version stands for its feature: the newest of the first of these states that it has.
_STANDING = (
    (VersionState.ACTIVE,), (VersionState.DEPRECATED, VersionState.QUARANTINED), (VersionState.RETIRED,),
    (VersionState.DRAFT,),
)  # fmt: skip


def terms_of(version: Version) -> dict[str, Any]:
    """What the contract says, by term."""
    return {name: getattr(version, name) for name in TERMS}


def say_first(version: Version, terms: Mapping[str, Any], note: Note) -> None:
    """Make the first version of a feature that was just registered; see `register_feature`."""
    said = _restated(version, dict(terms))
    _say(version, {**terms_of(version), **said}, Version(feature=version.feature), note)
    version.save()
    _show_current(version.feature)


def gaps_of(version: Version) -> dict[str, str]:
    """What keeps a draft from being published, by term; `description` and `owner` are the feature's."""
    feature, found = version.feature, {}
    if not feature.description:
        found["description"] = "Say what it measures, over which time, what is left out."
    if version.owner_id is None:
        found["owner"] = "Say which team answers for it."
    return {**found, **gaps(terms_of(version)), **faults(terms_of(version))}


@action("registry.draft_version")
def draft_version(
    feature: Feature, note: Note, *, actor: User | None, terms: Mapping[str, Any], based_on: int | None = None,
    about: str = "", managed_by: str = Manager.PAGE, number: int | None = None, reason: str = "",
) -> Version:  # fmt: skip
    """Begin a new version, for its team's eyes alone. It says what `based_on` says (the current one unless given), but
    for `terms`. `about` is why it exists; `number` is the next one unless given."""
    row: Feature = lock(feature)
    if open_draft := row.versions.filter(state=VersionState.DRAFT).first():
        raise invalid(version=f"v{open_draft.number} is a draft already. Change, publish or discard that one first.")
    based_on = row.number if based_on is None else based_on
    base = row.versions.filter(number=based_on).first()
    if base is None:
        raise invalid(based_on=f"There is no version {based_on}.")
    said = _restated(base, dict(terms))
    newest = row.versions.aggregate(newest=Max("number"))["newest"]
    if number is not None and number <= newest:
        raise invalid(number=f"v{newest} is there already.")
    number = newest + 1 if number is None else number
    version = Version(feature=row, number=number, created_by=actor, note=about.strip(), managed_by=managed_by)
    _say(version, {**terms_of(base), **said}, base, note)
    version.default_measured_at = base.default_measured_at if version.default == base.default else None
    version.save()
    note.subject = version
    return version


@action("registry.change_draft")
def change_draft(
    version: Version, note: Note, *, actor: User | None, terms: Mapping[str, Any], about: str | None = None,
    managed_by: str = Manager.PAGE, reason: str = "",
) -> Version:  # fmt: skip
    """Say something else in a draft. Terms left out stay."""
    row: Version = lock(version)
    if row.managed_by == Manager.FILE and managed_by == Manager.PAGE:
        raise invalid(version=f"{_file(row)} in git says what this draft says. Change it there.")
    row.managed_by = managed_by
    require(
        row, VersionState.DRAFT, f"v{row.number} is published, and what is published never changes. Draft a new one."
    )
    before = terms_of(row)
    _say(row, {**before, **_restated(row, dict(terms))}, row, note)
    if row.default != before["default"]:
        row.default_measured_at = None
    if about is not None:
        note.change("note", row.note, about.strip())
        row.note = about.strip()
    row.save()
    _show_current(row.feature)
    return row


@action("registry.measure_default")
def measure_default(version: Version, note: Note, *, actor: User | None, value: Any, measured_at: datetime) -> Version:
    """Fill in the default of a draft whose policy is a measured one."""
    row: Version = lock(version)
    require(row, VersionState.DRAFT, f"v{row.number} is published, and what is published never changes.")
    if row.default_policy not in MEASURED:
        raise invalid(default_policy="Only the mean, the median and the mode are measured.")
    note.change("default", row.default, value)
    row.default, row.default_measured_at = value, measured_at
    refuse(faults(terms_of(row)))
    row.save(update_fields=["default", "default_measured_at"])
    return row


@action("registry.discard_draft")
def discard_draft(version: Version, note: Note, *, actor: User | None, reason: str = "") -> None:
    """Take a draft away. A feature that never was more than this draft goes with it."""
    row: Version = lock(version)
    require(row, VersionState.DRAFT, f"v{row.number} is published. Deprecate it instead.")
    feature = row.feature
    note.subject, note.changes = feature, {"version": [row.number, None]}
    if feature.versions.count() == 1:
        feature.delete()
        return
    row.delete()
    _show_current(feature)


@action("registry.publish_version")
def publish_version(version: Version, note: Note, *, actor: User | None, reason: str = "") -> Version:
    """Make a draft active: everybody finds it, and it never changes again. Versions before it stay as they are."""
    row: Version = lock(version)
    feature: Feature = lock(row.feature)
    require(row, VersionState.DRAFT, f"v{row.number} is published already.")
    _follow_store(row, feature, note)
    refuse(gaps_of(row))
    newest = feature.versions.exclude(pk=row.pk).aggregate(newest=Max("number"))["newest"]
    if newest is not None and newest >= row.number:  # a pull has brought one meanwhile
        note.change("number", row.number, newest + 1)
        row.number = newest + 1
    move(row, VersionState.ACTIVE, note, activated_at=timezone.now())
    learn_words(feature.project_id)
    return row


@action("registry.quarantine_version")
def quarantine_version(version: Version, note: Note, *, actor: User | None, reason: str) -> Version:
    """Stop its use at once, because its values are wrong or leak: decisions say no, and the default is served."""
    row: Version = lock(version)
    require_any(row, (VersionState.ACTIVE, VersionState.DEPRECATED), "quarantined")
    refuse(reason_faults(reason))
    move(row, VersionState.QUARANTINED, note, state_reason=reason.strip())
    return row


@action("registry.release_version")
def release_version(version: Version, note: Note, *, actor: User | None, reason: str = "") -> Version:
    """End a quarantine: deprecated again where it was, else active."""
    row: Version = lock(version)
    require(row, VersionState.QUARANTINED, f"v{row.number} is not quarantined.")
    state = VersionState.DEPRECATED if row.deprecated_at else VersionState.ACTIVE
    move(row, state, note, state_reason="")
    return row


@action("registry.classify_version")
def classify_version(
    version: Version, note: Note, *, actor: User | None, privacy_class: str, purposes: Sequence[str], reason: str = ""
) -> Version:
    """Say how personal it is and what it may be used for. Nobody may by themselves: a plan decides it, or who
    accepts a suggestion; where the class is lowered, the committee does."""
    row: Version = lock(version)
    require_any(row, (VersionState.ACTIVE, VersionState.DEPRECATED, VersionState.QUARANTINED), "classified")
    said = {"privacy_class": privacy_class, "purposes": list(purposes)}
    terms = {**terms_of(row), **said}
    refuse({**gaps(terms), **faults(terms)})
    for name, value in said.items():
        note.change(name, getattr(row, name), value)
        setattr(row, name, value)
    row.save(update_fields=[*said])
    _show_current(row.feature)
    return row


@action("registry.annotate_version")
def annotate_version(version: Version, note: Note, *, actor: User | None, about: str, reason: str = "") -> Version:
    """Say why a version exists, when it is published already. What it promises stays as it is."""
    row: Version = lock(version)
    note.change("note", row.note, about.strip())
    row.note = about.strip()
    row.save(update_fields=["note"])
    return row


def _file(version: Version) -> str:
    return version.feature.view.file.partition("#")[2] or "A file"


def _restated(base: Version, said: dict[str, Any]) -> dict[str, Any]:
    """What was said, with its consequences: a default says how it came about, and a measured one is not said."""
    unknown = sorted(set(said) - set(TERMS))
    refuse(dict.fromkeys(unknown, f"There is no such term. Choose from: {', '.join(TERMS)}."))
    for name, value in said.items():
        if isinstance(value, str) and name != "default":
            said[name] = value.strip()
    if "default" in said and "default_policy" not in said:
        said["default_policy"] = DefaultPolicy.NONE if said["default"] is None else DefaultPolicy.CONSTANT
    elif "default_policy" in said and said["default_policy"] != base.default_policy:
        said.setdefault("default", None)
    if said.get("default_policy", base.default_policy) in MEASURED and said.get("default") is not None:
        refuse({"default": f"Charter measures the {said.get('default_policy', base.default_policy)}. Leave it out."})
    return said


def _say(version: Version, terms: Mapping[str, Any], base: Version, note: Note) -> None:
    """Set the terms. Those of the store stay as they are in `base` where a store defines the feature."""
    found = faults(terms)
    if base.feature.is_of_store:
        moved = [name for name in OF_STORE if terms[name] != getattr(base, name)]
        found |= dict.fromkeys(moved, "The store says this. Change it there; the next pull makes a version of it.")
    refuse(found)
    for name, value in terms.items():
        note.change(name, getattr(base, name), value)
        setattr(version, name, value)


def _follow_store(row: Version, feature: Feature, note: Note) -> None:
    """A draft says what its store says by now, not what it said when the draft was begun."""
    current = feature.versions.filter(number=feature.number).first()
    if not feature.is_of_store or current is None:
        return
    for name in OF_STORE:
        note.change(name, getattr(row, name), getattr(current, name))
        setattr(row, name, getattr(current, name))


def reason_faults(reason: str) -> dict[str, str]:
    if not reason.strip():
        return {"reason": "Say why. Readers see it, and it stays in the history."}
    if len(reason) > LONGEST_REASON:
        return {"reason": f"At most {LONGEST_REASON:,} characters."}
    return {}


def require(row: Version, state: VersionState, otherwise: str) -> None:
    if row.state != state:
        raise invalid(version=otherwise)


def require_any(row: Version, states: tuple[VersionState, ...], verb: str) -> None:
    if row.state not in states:
        wanted = " or ".join(state.value for state in states)
        raise invalid(version=f"v{row.number} is {row.state}. Only what is {wanted} can be {verb}.")


def refuse(found: Mapping[str, str | list[ValidationError]]) -> None:
    """Raise what was found by field: a text, or one error for each of several things."""
    if found:
        raise ValidationError({name: said if isinstance(said, list) else [said] for name, said in found.items()})


def move(row: Version, state: VersionState, note: Note, **dates: Any) -> None:
    """Into another state, with the feature behind it."""
    note.change("state", row.state, state.value)
    row.state = state.value
    for name, value in dates.items():
        setattr(row, name, value)
    row.save()
    _show_current(row.feature)


def standing_of(versions: Sequence[Version]) -> Version:
    """The version that stands for its feature."""
    ranks = {state: rank for rank, states in enumerate(_STANDING) for state in states}
    return min(versions, key=lambda one: (ranks[VersionState(one.state)], -one.number))


def _show_current(feature: Feature) -> None:
    """Repeat on the feature what the version says that now stands for it."""
    held = list(feature.versions.all())
    if held:
        Feature.objects.filter(pk=feature.pk).update(**shown_of(standing_of(held)), changed_at=timezone.now())
        count_facets(feature.project_id)


def shown_of(current: Version) -> dict[str, Any]:
    """What a feature repeats of the version that stands for it."""
    return {
        "number": current.number, "state": current.state, "dtype": current.dtype, "unit": current.unit,
        "has_default": current.default is not None, "privacy_class": current.privacy_class,
        "sunset_on": current.sunset_on, "definition": current.definition,
    }  # fmt: skip
