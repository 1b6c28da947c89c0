"""Choices: the parts of a query that are facets. Ticking a box and typing `entity:user` are the same thing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from registry.search.fields import FIELDS, Reader, Scope
from registry.search.grammar import AnyOf, Node, Query, Term, leaves, parse
from registry.search.values import LeftOut

Choices = dict[str, list[str]]
FACET_NAMES = ("status", "health", "pii", "entity", "owner", "store", "online", "project", "tag")
_PLAIN = re.compile(r"[^\W_][\w.=@-]*\Z")
_RESERVED = {"AND", "OR", "NOT", "TO"}


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A query parted into choices and the rest, each part with the text it was written as."""

    rest: tuple[tuple[Node, str], ...]
    choices: Choices

    @property
    def nodes(self) -> list[Node]:
        return [node for node, _ in self.rest]

    def text(self, choices: Choices | None = None, rest: Sequence[str] | None = None) -> str:
        """The query as one string: the rest as typed, then the choices; with others instead where they are given."""
        chosen = self.choices if choices is None else choices
        parts = [text for _, text in self.rest] if rest is None else rest
        return " ".join([*parts, *(_written(name, values) for name, values in chosen.items() if values)])


def edited(text: str, ticked: Mapping[str, Sequence[str]], shown: Iterable[str]) -> str:
    """The query after somebody used the filters: `ticked` now, where `shown` (as `entity:user`) were ticked before."""
    narrowed = narrow(parse(text))
    choices = {name: list(values) for name, values in narrowed.choices.items()}
    for name, _, value in (one.partition(":") for one in shown):
        if value in choices.get(name, []) and value not in ticked.get(name, []):
            choices[name].remove(value)
    for name in FACET_NAMES:
        choices[name] = list(dict.fromkeys([*choices.get(name, []), *ticked.get(name, [])]))
    return narrowed.text(choices)


def filters_of(query: Query) -> list[tuple[str, str]]:
    """What narrows a query, each as it is written and with the query that is left without it."""
    narrowed = narrow(query)
    chosen = [
        (_written(name, [value]), narrowed.text(narrowed.choices | {name: [one for one in values if one != value]}))
        for name, values in narrowed.choices.items()
        for value in values
    ]
    texts = [text for _, text in narrowed.rest]
    others = [
        (text, narrowed.text(rest=[*texts[:at], *texts[at + 1 :]]))
        for at, (node, text) in enumerate(narrowed.rest)
        if all(isinstance(leaf, Term) for leaf in leaves(node))
    ]
    return chosen + others


def narrow(query: Query, chosen: Mapping[str, Sequence[str]] | None = None) -> Narrowed:
    """Part the query, and add choices made beside it. A second term for a facet stays in the rest: both must hold."""
    rest: list[tuple[Node, str]] = []
    choices: Choices = {}
    for node, text in query.parts:
        choice = _choice(node)
        if choice and choice[0] not in choices:
            choices[choice[0]] = choice[1]
        else:
            rest.append((node, text))
    for name, values in (chosen or {}).items():
        if name in FACET_NAMES:
            choices[name] = list(dict.fromkeys([*choices.get(name, []), *filter(None, values)]))
    return Narrowed(tuple(rest), {name: choices[name] for name in FACET_NAMES if choices.get(name)})


def _choice(node: Node) -> tuple[str, list[str]] | None:
    """`entity:user` or `entity:(user OR card)` as a facet and its values."""
    terms = node.parts if isinstance(node, AnyOf) else (node,)
    if not all(isinstance(term, Term) and term.op == "=" and term.value for term in terms):
        return None
    names = {term.name for term in terms if isinstance(term, Term)}
    name = names.pop()
    if names or name not in FACET_NAMES:
        return None
    return name, list(dict.fromkeys(term.value for term in terms if isinstance(term, Term)))


def _written(name: str, values: Sequence[str]) -> str:
    texts = [quoted(value) for value in values]
    return f"{name}:{texts[0]}" if len(texts) == 1 else f"{name}:({' OR '.join(texts)})"


def quoted(value: str) -> str:
    """A value as it is written in a query."""
    if _PLAIN.match(value) and value not in _RESERVED or value in {"@me", "@my-team"}:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def conditions(choices: Choices, scope: Scope, readers: Mapping[str, Reader]) -> dict[str, Q]:
    """One condition for each facet that is chosen in: any of its values."""
    return {name: condition for name, values in choices.items() if (condition := _any(name, values, scope, readers))}


def _any(name: str, values: Iterable[str], scope: Scope, readers: Mapping[str, Reader]) -> Q | None:
    found = []
    for value in values:
        try:
            found.append(readers[name](Term(name, value), scope))
        except LeftOut as reason:
            scope.note(f"Left out: {reason}.")
    return Q(*found, _connector=Q.OR) if found else None


READERS: Mapping[str, Reader] = {name: FIELDS[name].read for name in FACET_NAMES}
