"""What a plan comes to: every difference with its verdict, who must approve, and who is affected."""

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from charter.files.changes import Change, compare
from charter.files.compatibility import incompatible
from charter.files.documents import FeatureDocument, VersionDocument, ViewDocument
from charter.terms import MEASURED, OF_STORE, gaps
from registry.alike.judging import Facts
from registry.choices import Manager, OwnershipModel, PrivacyClass, VersionState
from registry.contracts import VALUE_FIELDS
from registry.models import Project
from registry.plans.current import COLUMNS, digest_of
from registry.plans.ground import Ground
from registry.queries.retirement import blockers_of

COMMITTEE = "committee"
# Fields of a view that its store says.
_OF_STORE = ("entities", "kind", "ttl", "online", "every")


@dataclass(slots=True)
class Outcome:
    """`by_view` holds the changes of each view by its key; `needs` is {party: reasons}, party being team:slug or
    committee."""

    base: bytes
    by_view: dict[str, list[Change]] = field(default_factory=dict)
    needs: dict[str, list[str]] = field(default_factory=dict)

    def need(self, party: str, reason: str) -> None:
        said = self.needs.setdefault(party, [])
        if reason not in said:
            said.append(reason)

    @property
    def changes(self) -> list[Change]:
        return [change for found in self.by_view.values() for change in found]

    @property
    def touched(self) -> set[str]:
        """Keys of features that exist already and become different."""
        return {change.key.partition("@")[0] for change in self.changes if change.action != "add"}


def work_out(ground: Ground, *, source: str, takes_over: bool, today: datetime.date) -> Outcome:
    """Compare every wanted view with the registry, as the ground's actor may change it."""
    outcome = Outcome(digest_of(ground.documents.get(key) for key in sorted(ground.wanted)))
    for key, new in ground.wanted.items():
        plan = _ViewPlan(ground, ground.documents.get(key), new, outcome, source, takes_over, today)
        if found := [_shown(change, plan) for change in plan.changes()]:
            outcome.by_view[key] = found
    return outcome


@dataclass(slots=True)
class _ViewPlan:
    """The differences of one view, each judged."""

    ground: Ground
    old: ViewDocument | None
    new: ViewDocument
    outcome: Outcome
    source: str
    takes_over: bool
    today: datetime.date

    def changes(self) -> Iterator[Change]:
        if self.new.project not in self.ground.projects:
            said = f"There is no project {self.new.project} that you see. Ask an administrator to make it."
            yield _refused(Change(self.new.key, "add"), said)
            return
        found = compare(self.old, self.new, today=self.today)
        if found and (refusal := self._refusal()):
            yield _refused(Change(self.new.key, "add" if self.old is None else "change"), refusal)
            return
        for change in found:
            faults = [] if change.result == "error" else list(self._faults(change))
            yield _refused(change, " ".join(faults)) if faults else self._weighed(change)

    def _refusal(self) -> str:
        """Why the view as a whole cannot be changed by these files; notes what must be approved."""
        row, project = self.ground.views.get(self.new.key), self.ground.projects[self.new.project]
        if self.new.owner not in self.ground.teams:
            return f"There is no team {self.new.owner}. Teams are listed on /teams/."
        store = self.new.source.get("connection", "")
        if row is None and store:
            return f"{store} has not brought this view. Pull it first, or leave `source` out to make a view by hand."
        if row is not None and store and (row.connection is None or row.connection.slug != store):
            return f"{row.connection.slug if row.connection else 'No store'} defines this view, not {store}."
        if row is not None and row.file and self.source and not self.takes_over:
            other = row.file.partition("#")[0]
            if other and other != self.source:
                return f"{row.file} keeps this view. Change it there, or plan with --force-conflicts to take it over."
        return self._denial(project)

    def _denial(self, project: Project) -> str:
        """Who may change it at once: the team that answers for it. Where one team answers for all, it approves."""
        central = project.owner.slug if project.owner else ""
        answering = (self.old.owner if self.old else "") or central
        if self.ground.is_of(answering):
            return ""
        if project.ownership_model == OwnershipModel.CENTRAL and central:
            if self.new.owner != central:
                return f"In {project.name} one team answers for everything: team:{central}."
            self.outcome.need(f"team:{central}", f"One team answers for everything in {project.name}.")
            return ""
        if self.old is None and self.ground.actor.team_ids:
            if not self.ground.is_of(self.new.owner):
                self.outcome.need(f"team:{self.new.owner}", f"It shall answer for {self.new.key}.")
            return ""
        return f"You are not in {answering or 'the team that answers for it'}."

    def _weighed(self, change: Change) -> Change:
        """Notes who has to approve it."""
        if change.rule == "G001" and change.result == "approve":
            self.outcome.need(COMMITTEE, f"{change.rule}: the class of {change.key} is lowered.")
        if change.rule == "G003":
            if self.ground.is_of(change.new):
                return dataclasses.replace(change, result="apply", message="")
            self.outcome.need(f"team:{change.new}", f"{change.rule}: it shall answer for {change.key}.")
        if change.action == "add" and change.result == "apply":
            return self._compared(change)
        return change

    def _compared(self, change: Change) -> Change:
        """Says which feature is there already and much the same as a new one."""
        name, _ = self.new.part(change.key)
        feature = self.new.features.get(name)
        if feature is None or (self.old is not None and name in self.old.features):
            return change
        facts = Facts(
            name, description=feature.description, entities=frozenset(self.new.entities),
            dtype=feature.newest.terms["dtype"],
        )  # fmt: skip
        found = self.ground.known.likeliest(facts, but=f"{self.new.key}.{name}")
        if found is None:
            return change
        said = f"Much the same as {found[0]}, {found[1].said}. Use it instead?"
        return dataclasses.replace(change, rule="N001", category="naming", result="notice", message=said)

    def _faults(self, change: Change) -> Iterator[str]:
        row = self.ground.views.get(self.new.key)
        name, number = self.new.part(change.key)
        feature = self.new.features.get(name)
        if change.field == "owner" and change.new not in self.ground.teams:
            yield f"There is no team {change.new}. Teams are listed on /teams/."
        held = self.old.features.get(name) if self.old else None
        if held is not None and held.owner and not self.ground.is_of(held.owner):
            yield f"team:{held.owner} answers for this feature."
        if row is not None and row.connection is not None and change.field in _OF_STORE:
            yield f"{row.connection.name} says this. Change it there and pull."
        yield from self._conflicts(change)
        if feature is None:
            if change.action == "add":
                yield from self._new_view()
        elif number is not None and change.action != "remove":
            yield from self._version_faults(change, feature, feature.versions[number])

    def _new_view(self) -> Iterator[str]:
        names = self.ground.names(self.new.project)
        if fault := names.refusal("view", self.new.name, self.new.key):
            yield fault
        if self.new.kind == "label":
            yield "Views of labels come from stores."
        for name, keys in self.new.entities.items():
            held = self.ground.entities.get((self.new.project, name))
            if held is not None and held != keys:
                yield f"Entity {name} of {self.new.project} has the join keys {', '.join(held)}."
            elif held is None and (fault := names.refusal("entity", name, f"{self.new.project}.{name}")):
                yield f"Entity {name}: {fault}"

    def _conflicts(self, change: Change) -> Iterator[str]:
        """Fields that a page holds. Equal values are no conflict: they were not reported as a change."""
        key = change.key.partition("@")[0]
        held = self.ground.managers.get(key, {}).get(COLUMNS.get(change.field, change.field), "")
        if change.action == "change" and held == Manager.PAGE and not self.takes_over:
            who = self.ground.who_set(key, change.field)
            yield f"It was set on a page ({who}). Plan with --force-conflicts to take it over."

    def _version_faults(self, change: Change, feature: FeatureDocument, version: VersionDocument) -> Iterator[str]:
        old = self.old.features.get(feature.name) if self.old else None
        if change.action == "add":
            yield from self._added(feature, version, old)
        if change.action in ("add", "publish") and version.status != VersionState.DRAFT:
            yield from self._unready(feature, version)
        if version.status == VersionState.DEPRECATED and change.action in ("add", "deprecate"):
            yield from self._unreplaced(version)
        if change.action == "retire" and (row := self.ground.version(change.key)) is not None:
            yield from (blocker.detail for blocker in blockers_of(row, self.ground.actor))

    def _added(self, feature: FeatureDocument, version: VersionDocument, old: FeatureDocument | None) -> Iterator[str]:
        row = self.ground.views.get(self.new.key)
        if version.status == VersionState.RETIRED:
            yield "There is nothing to retire: it never was registered."
        if version.status == VersionState.DEPRECATED and version.sunset <= self.today.isoformat():
            yield f"The sunset, {version.sunset}, has passed. Readers need time to move."
        drafts = [one for one in _as_one(self.old, feature).versions.values() if is_draft(one)]
        if len(drafts) > 1:
            yield f"One draft at a time: v{drafts[0].number} is one too."
        if old is None:
            if row is not None and row.connection is not None:
                yield f"{row.connection.name} defines this view. Add the feature there and pull."
            key = f"{self.new.key}.{feature.name}"
            if fault := self.ground.names(self.new.project).refusal("feature", feature.name, key):
                yield fault
            return
        if version.number < max(old.versions):
            yield f"v{max(old.versions)} is there already: new content is @{max(old.versions) + 1}."
        if row is not None and row.connection is not None:
            moved = [term for term in OF_STORE if version.terms[term] != old.newest.terms[term]]
            yield from (f"{row.connection.name} says {term}. Change it there and pull." for term in moved)

    def _unready(self, feature: FeatureDocument, version: VersionDocument) -> Iterator[str]:
        for term, message in gaps(version.terms).items():
            if not (term == "default" and version.terms["default_policy"] in MEASURED):
                yield message
        mode = self.ground.projects[self.new.project].compatibility
        yield from incompatible(_as_one(self.old, feature), version.number, mode)

    def _unreplaced(self, version: VersionDocument) -> Iterator[str]:
        """The replacement must be active, here or in these files."""
        if not version.replacement:
            return
        key, _, number = version.replacement.rpartition("@")
        view, _, name = key.rpartition(".")
        wanted = self.ground.wanted.get(view)
        planned = wanted.features.get(name) if wanted else None
        if planned is not None and int(number) in planned.versions:
            state = planned.versions[int(number)].status
        else:
            row = self.ground.version(version.replacement)
            state = row.state if row is not None else ""
        if state != VersionState.ACTIVE:
            yield f"{version.replacement} is {state or 'not there'}. Name an active version as the replacement."


def _refused(change: Change, why: str) -> Change:
    return dataclasses.replace(change, result="error", message=why)


def _as_one(old: ViewDocument | None, new: FeatureDocument) -> FeatureDocument:
    """The versions that will be there: those of the registry, and those of the file over them."""
    held = old.features.get(new.name) if old else None
    return FeatureDocument(new.name, versions={**(held.versions if held else {}), **new.versions})


def _shown(change: Change, plan: _ViewPlan) -> Change:
    """Without values that could be somebody's: plans are read by more people than those who answer for the feature."""
    name, number = plan.new.part(change.key)
    if change.field not in VALUE_FIELDS or number is None:
        return change
    views = [view for view in (plan.old, plan.new) if view is not None and name in view.features]
    held = [view.features[name].versions.get(number) for view in views]
    if all(one is None or one.terms["privacy_class"] == PrivacyClass.NONE for one in held):
        return change
    said = f"{change.message} Values of personal data are not shown.".strip()
    return dataclasses.replace(change, old=None, new=None, message=said)


def is_draft(version: VersionDocument) -> bool:
    """Whether it is one, or stays one for now because Charter has not measured its default."""
    is_open = version.terms["default_policy"] in MEASURED and version.terms["default"] is None
    return version.status == VersionState.DRAFT or (version.status == VersionState.ACTIVE and is_open)


def as_json(outcome: Outcome) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Changes and needs, as a plan keeps them."""
    needs = [{"party": party, "reasons": why} for party, why in outcome.needs.items()]
    return [one.as_json for one in outcome.changes], needs


def unmet(needs: Iterable[dict[str, Any]], given: Iterable[str]) -> list[str]:
    """Parties that have not approved yet."""
    done = set(given)
    return [one["party"] for one in needs if one["party"] not in done]
