"""From a text to the features it asks for: parsed, parted, compiled, and limited to what the actor may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from registry.choices import VersionState
from registry.models import Feature
from registry.search.choices import READERS, Choices, Narrowed, conditions, narrow
from registry.search.compiling import Match, match
from registry.search.fields import Scope
from registry.search.grammar import All, AnyOf, Node, Not, Query, Term
from registry.search.ranking import Candidates

# What a search finds unless it asks for a state: retired ones are tombstones, drafts are their team's business.
SHOWN_STATES = (VersionState.ACTIVE, VersionState.DEPRECATED, VersionState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, compiled for one actor. `is_stateless` and `is_present` unless it asks for a state, or what is gone."""

    query: Query
    narrowed: Narrowed
    match: Match
    scope: Scope
    is_stateless: bool
    is_present: bool

    @property
    def choices(self) -> Choices:
        return self.narrowed.choices

    @property
    def conditions(self) -> dict[str, Q]:
        """What the choices ask for, one condition for each facet; the states shown by default are a choice too."""
        chosen = conditions(self.choices, self.scope, READERS)
        return {"status": shown_by_default(self.scope), **chosen} if self.is_stateless else chosen

    @property
    def candidates(self) -> Candidates:
        return self._candidates(self.conditions)

    @property
    def unchosen(self) -> Candidates:
        """As if nothing had been chosen in any facet."""
        return self._candidates({})

    def without(self, name: str) -> Candidates:
        """As if nothing had been chosen in one facet."""
        return self._candidates({one: condition for one, condition in self.conditions.items() if one != name})

    def _candidates(self, chosen: Mapping[str, Q]) -> Candidates:
        has_filters = bool(self.choices) or bool(self.match.condition)
        return Candidates(
            lambda projects: self._seen(projects).filter(*chosen.values()),
            self.scope.project_ids,
            self.match,
            is_folding=self.is_stateless,
            has_filters=has_filters,
            is_plain=self.is_stateless and self.is_present and not has_filters and bool(chosen),
        )

    def _seen(self, projects: Sequence[int]) -> QuerySet[Feature]:
        """What can be found at all, before words and choices."""
        seen = Feature.objects.visible_in(projects, self.scope.actor)
        return seen.present() if self.is_present else seen


def ask(query: Query, chosen: Mapping[str, Sequence[str]] | None, scope: Scope) -> Asked:
    """Compile a query. Its notes, and what had to be left out, are in `scope.notes`."""
    for note in query.notes:
        scope.note(note)
    narrowed = narrow(query, chosen)
    return Asked(
        query=query,
        narrowed=narrowed,
        match=match(narrowed.nodes, scope),
        scope=scope,
        is_stateless="status" not in narrowed.choices and not _asks_for(narrowed.nodes, "status"),
        is_present=not _asks_for(narrowed.nodes, "is", "gone"),
    )


def shown_by_default(scope: Scope) -> Q:
    """Active, deprecated and quarantined features, and drafts of the actor's own teams."""
    shown = Q(state__in=SHOWN_STATES)
    return shown | Q(state=VersionState.DRAFT, owner__in=scope.team_ids) if scope.team_ids else shown


def _asks_for(nodes: Iterable[Node], name: str, value: str = "") -> bool:
    """Whether a term of this field is asked for, not merely excluded."""
    return any(_is_asked(node, name, value) for node in nodes)


def _is_asked(node: Node, name: str, value: str) -> bool:
    if isinstance(node, All | AnyOf):
        return _asks_for(node.parts, name, value)
    if isinstance(node, Not):
        return False
    return isinstance(node, Term) and node.name == name and (not value or node.value.lower() == value)
