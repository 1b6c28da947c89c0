"""What a plan changes, done: each change by the action that pages and API call for it, many new features by one."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from charter.files.changes import Change
from charter.files.documents import FeatureDocument, ViewDocument
from charter.terms import MEASURED
from registry.actions import endings, versions
from registry.actions.adding import HELD, add_features
from registry.actions.feature_views import change_slo, change_view, describe_view
from registry.actions.features import describe_feature, limit_drift, tag_feature
from registry.actions.owners import assign_owner
from registry.actions.registering import create_entity, create_view
from registry.choices import Manager, VersionState
from registry.models import Entity, Feature, FeatureView, Team, User, Version
from registry.plans.current import COLUMNS
from registry.plans.ground import Ground
from registry.plans.outcome import is_draft

# Later ones lean on earlier ones: a replacement is there before something is deprecated in its favour.
_ORDER = ("add", "change", "publish", "deprecate", "withdraw", "retire")
_OF_VIEW = ("ttl", "online", "every")
_LIMITS = ("slo_freshness", "slo_max_null_rate", "slo_drift")
# Left out of a file, these are not the file's to hold.
_OPTIONAL = ("ttl", "every", *_LIMITS)


def apply_changes(by_view: Mapping[str, list[Change]], ground: Ground, *, actor: User, source: str) -> None:
    """Do everything. Runs in the caller's transaction, and within its decision: permissions were asked of the plan."""
    for key in by_view:
        _make(ground.wanted[key], ground, actor)
    for action in _ORDER:
        for key, found in by_view.items():
            mine = [change for change in found if change.action == action]
            _DO[action](ground.wanted[key], ground, mine, actor)
    for key, view in ground.wanted.items():
        if key in by_view or ground.views[key].file != _place(view, source):
            _note_file(view, source)


def _make(view: ViewDocument, ground: Ground, actor: User) -> None:
    """A view that is not there yet, with its entities."""
    if view.key in ground.views:
        return
    project = ground.projects[view.project]
    for name, keys in view.entities.items():
        if not Entity.objects.filter(project=project, name=name).exists():
            create_entity(project, actor=actor, name=name, join_keys=keys, owner=project.owner)
    made = create_view(
        project, actor=actor, name=view.name, description=view.description, owner=Team.objects.get(slug=view.owner),
        entities=list(view.entities), kind=view.kind, ttl=_length(view.ttl), schedule_every=_length(view.every),
        is_online=view.online,
    )  # fmt: skip
    if any(getattr(view, name) is not None for name in _LIMITS):
        _set_limits(made, view, actor)


def _add(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for change in changes:
        name, number = view.part(change.key)
        if number is not None:
            numbers[name].append(number)
    if not numbers:
        return
    row = FeatureView.objects.get(key=view.key)
    held = {one.name: one for one in Feature.objects.filter(view=row, name__in=list(numbers))}
    if new := [view.features[name] for name in numbers if name not in held]:
        add_features(row, actor=actor, wanted=new)
        _limit(row, new, actor)
    for name, feature in held.items():
        for number in sorted(numbers[name]):
            _add_version(feature, view.features[name], number, actor)
    for name, added in numbers.items():
        for number in added:
            if view.features[name].versions[number].status == VersionState.DEPRECATED:
                _deprecate(f"{view.key}.{name}@{number}", view.features[name], number, actor)


def _limit(row: FeatureView, new: list[FeatureDocument], actor: User) -> None:
    for said in (one for one in new if one.slo_drift):
        made = Feature.objects.get(view=row, name=said.name)
        limit_drift(made, limits=said.slo_drift, actor=actor, managed_by=Manager.FILE)


def _add_version(feature: Feature, said: FeatureDocument, number: int, actor: User) -> None:
    version = said.versions[number]
    made = versions.draft_version(
        feature, actor=actor, terms=_sayable(version.terms), about=version.note, managed_by=Manager.FILE, number=number
    )
    if not is_draft(version):
        versions.publish_version(made, actor=actor)


def _change(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    fields: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        fields[change.key].add(change.field)
    for key, changed in fields.items():
        if key == view.key:
            _change_view(view, changed, actor)
        elif "@" in key:
            _change_version(key, view, changed, actor)
        else:
            _change_feature(key, view, changed, actor)


def _change_view(view: ViewDocument, changed: set[str], actor: User) -> None:
    row = FeatureView.objects.get(key=view.key)
    if "description" in changed:
        describe_view(row, description=view.description, actor=actor, managed_by=Manager.FILE)
    if "owner" in changed:
        assign_owner(row, team=Team.objects.get(slug=view.owner), actor=actor, managed_by=Manager.FILE)
    if changed & set(_OF_VIEW):
        change_view(row, actor=actor, ttl=_length(view.ttl), schedule_every=_length(view.every), is_online=view.online,
                    managed_by=Manager.FILE)  # fmt: skip
    if changed & set(_LIMITS):
        _set_limits(row, view, actor)


def _set_limits(row: FeatureView, view: ViewDocument, actor: User) -> None:
    change_slo(row, freshness=_length(view.slo_freshness), max_null_rate=view.slo_max_null_rate, actor=actor,
               drift=view.slo_drift, managed_by=Manager.FILE, reason="As the file says")  # fmt: skip


def _change_feature(key: str, view: ViewDocument, changed: set[str], actor: User) -> None:
    row, said = Feature.objects.get(key=key), view.features[key.removeprefix(f"{view.key}.")]
    if "description" in changed:
        describe_feature(row, description=said.description, actor=actor, managed_by=Manager.FILE)
    if "owner" in changed:
        team = Team.objects.get(slug=said.owner or view.owner)
        assign_owner(row, team=team, actor=actor, managed_by=Manager.FILE)
    if "slo_drift" in changed:
        limit_drift(row, limits=said.slo_drift, actor=actor, managed_by=Manager.FILE)
    if "tags" in changed:
        gone: dict[str, str | None] = dict.fromkeys(row.tag_rows.values_list("key", flat=True))
        tag_feature(row, tags=gone | said.tags, actor=actor, managed_by=Manager.FILE)


def _change_version(key: str, view: ViewDocument, changed: set[str], actor: User) -> None:
    row = _version(key)
    said = view.features[row.feature.name].versions[row.number]
    if row.state == VersionState.DRAFT:
        terms = {name: value for name, value in _sayable(said.terms).items() if name in changed}
        about = said.note if "note" in changed else None
        versions.change_draft(row, actor=actor, terms=terms, about=about, managed_by=Manager.FILE)
        return
    if "note" in changed:
        versions.annotate_version(row, actor=actor, about=said.note)
    if changed & {"privacy_class", "purposes"}:
        versions.classify_version(
            row, actor=actor, privacy_class=said.terms["privacy_class"], purposes=said.terms["purposes"]
        )


def _publish(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    for change in changes:
        row = _version(change.key)
        if row.default_policy not in MEASURED or row.default is not None:
            versions.publish_version(row, actor=actor)


def _end(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    for change in changes:
        name, number = view.part(change.key)
        _deprecate(change.key, view.features[name], number or 0, actor)


def _deprecate(key: str, said: FeatureDocument, number: int, actor: User) -> None:
    version = said.versions[number]
    replacement = _version(version.replacement) if version.replacement else None
    endings.deprecate_version(
        _version(key), actor=actor, sunset_on=date.fromisoformat(version.sunset), reason=version.reason,
        replacement=replacement,
    )  # fmt: skip


def _withdraw(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    for change in changes:
        endings.withdraw_deprecation(_version(change.key), actor=actor)


def _retire(view: ViewDocument, ground: Ground, changes: list[Change], actor: User) -> None:
    for change in changes:
        endings.retire_version(_version(change.key), actor=actor)


_DO: dict[str, Callable[[ViewDocument, Ground, list[Change], User], None]] = {
    "add": _add, "change": _change, "publish": _publish, "deprecate": _end, "withdraw": _withdraw, "retire": _retire,
}  # fmt: skip


def _note_file(view: ViewDocument, source: str) -> None:
    """From now on the file holds what it says."""
    said = [name for name in _OPTIONAL if getattr(view, name) is not None]
    held = {COLUMNS.get(name, name): Manager.FILE.value for name in ("description", "owner", *said)}
    row = FeatureView.objects.get(key=view.key)
    FeatureView.objects.filter(pk=row.pk).update(file=_place(view, source), managers=row.managers | held)
    limited = [name for name, said in view.features.items() if said.slo_drift is not None]
    _hold(row, [name for name in view.features if name not in limited], HELD)
    _hold(row, limited, (*HELD, "slo_drift"))


def _hold(row: FeatureView, features: list[str], fields: tuple[str, ...]) -> None:
    """Only where it is not so already: each write is kept in the history."""
    held = dict.fromkeys(fields, Manager.FILE.value)
    Feature.objects.filter(view=row, name__in=features).exclude(managers=held).update(managers=held)


def _place(view: ViewDocument, source: str) -> str:
    return f"{source}#{view.origin.path if view.origin else ''}"[:500]


def _sayable(terms: dict[str, Any]) -> dict[str, Any]:
    """Without the default that Charter measures."""
    is_measured = terms["default_policy"] in MEASURED
    return {name: value for name, value in terms.items() if name != "default" or not is_measured}


def _version(reference: str) -> Version:
    key, _, number = reference.rpartition("@")
    return Version.objects.select_related("feature__view__project").get(feature__key=key, number=int(number))


def _length(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
