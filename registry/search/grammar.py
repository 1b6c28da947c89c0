"""The query language: text in, a small tree out. luqum parses; what it leaves open is decided here.

    query := term*        implicit AND; OR, NOT, -x, ( ), "phrase", prefix*
    term  := word | field ":" value | field ":" op value;  op := > >= < <= | [a TO b]

No text is an error: what cannot be read is taken as plain words, and a note says so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from luqum import tree as lucene
from luqum.exceptions import ParseError
from luqum.thread import parse as parse_lucene

from registry.references import storable

MAX_LENGTH, MAX_TERMS, MAX_DEPTH = 1_000, 50, 10
# Lucene's boost, fuzziness and must-have sign add nothing here: what they wrap counts.
_WRAPPERS = (lucene.BaseGroup, lucene.BaseApprox, lucene.Boost, lucene.Plus)
_OPERATORS = {"AND", "OR", "NOT", "TO"}


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed without a field. `kind` is words, phrase or prefix."""

    text: str
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Term:
    """`field:value`. `op` is one of = ^ > >= < <= and [] for a range, whose upper end is `upper`."""

    name: str
    value: str
    op: str = "="
    upper: str = ""


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


Node = Words | Term | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. `parts` hold for every hit; each knows the text it was written as."""

    text: str
    parts: tuple[tuple[Node, str], ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def nodes(self) -> list[Node]:
        return [node for node, _ in self.parts]

    @property
    def plain_words(self) -> str:
        """The words that every hit must have, as typed: what a name is compared with. Empty where OR or NOT is used."""
        nodes = [node for node in self.nodes if not isinstance(node, Term)]
        if not all(isinstance(node, Words) and node.kind == "words" for node in nodes):
            return ""
        return " ".join(cast(Words, node).text for node in nodes)


class _TooMuch(ValueError):
    """The query is longer or deeper than anybody types."""


def parse(text: str) -> Query:
    """Read a query. Never raises."""
    text = " ".join(storable(text).split())
    if len(text) > MAX_LENGTH:
        return plain(text[:MAX_LENGTH], f"Only the first {MAX_LENGTH:,} characters were searched, as plain words.")
    if not text:
        return Query("")
    try:
        root = parse_lucene(text)
        parts = tuple((_node(item), str(item).strip()) for item in _operands(root))
        terms = sum(1 for node, _ in parts for _ in leaves(node))
        if terms > MAX_TERMS:
            raise _TooMuch(f"A query may have {MAX_TERMS} terms; this one has {terms}.")
    except _TooMuch as reason:
        return plain(text, f"{reason} It was searched as plain words.")
    except (ParseError, ArithmeticError):  # the latter from a fuzziness such as ~..
        return plain(text, "The query could not be read, so it was searched as plain words. " + _hint(text))
    return Query(text, parts)


def plain(text: str, *notes: str) -> Query:
    """The text as nothing but words."""
    found = (word for word in re.findall(r"[^\W_]+(?:[\w.@-]*[^\W_])?", text) if word not in _OPERATORS)
    words = " ".join(list(found)[:MAX_TERMS])
    return Query(text, ((Words(words), words),) if words else (), tuple(notes))


def leaves(node: Node) -> Iterator[Words | Term]:
    """The words and terms of a tree, from left to right."""
    if isinstance(node, All | AnyOf):
        for part in node.parts:
            yield from leaves(part)
    elif isinstance(node, Not):
        yield from leaves(node.part)
    else:
        yield node


def _hint(text: str) -> str:
    if text.count('"') % 2:
        return "A quotation mark is not closed."
    if text.count("(") != text.count(")"):
        return "A bracket is not closed."
    if re.search(r":\s*$|:\s", text):
        return "A field needs a value straight after its colon, as in owner:payments."
    return 'Example: avg amount entity:user null:<5% -status:deprecated "card transactions".'


def _operands(root: lucene.Item) -> list[lucene.Item]:
    """What the query demands at its top: all of these must hold."""
    if not isinstance(root, lucene.UnknownOperation | lucene.AndOperation):
        return [root]
    return [operand for child in root.children for operand in _operands(child)]


def _node(item: lucene.Item, depth: int = 0) -> Node:
    """`depth` counts what a reader would: brackets and negations."""
    if depth > MAX_DEPTH:
        raise _TooMuch(f"A query may be {MAX_DEPTH} brackets deep.")
    if isinstance(item, lucene.UnknownOperation | lucene.AndOperation):
        return All(tuple(_node(child, depth) for child in item.children))
    if isinstance(item, lucene.OrOperation):
        return AnyOf(tuple(_node(child, depth) for child in item.children))
    if isinstance(item, lucene.Not | lucene.Prohibit):
        return Not(_node(item.children[0], depth + 1))
    if isinstance(item, lucene.SearchField):
        return _field(item.name, item.expr, depth)
    if isinstance(item, _WRAPPERS):
        return _node(item.children[0], depth + 1)
    return _words(item)


def _words(item: lucene.Item) -> Words:
    text = _text(item)
    if isinstance(item, lucene.Phrase):
        return Words(text, "phrase")
    if text.endswith("*") and len(text) > 1:
        return Words(text.rstrip("*"), "prefix")
    return Words(text)


def _text(item: lucene.Item) -> str:
    """What a leaf says, without the quotes of a phrase and the backslashes before special characters."""
    text = str(item).strip()
    if isinstance(item, lucene.Phrase):
        text = item.value[1:-1]
    return re.sub(r"\\(.)", r"\1", text)


def _field(name: str, item: lucene.Item, depth: int) -> Node:
    """One term, or several where the value is a group: `entity:(user OR card)`."""
    if depth > MAX_DEPTH:
        raise _TooMuch(f"A query may be {MAX_DEPTH} brackets deep.")
    if isinstance(item, _WRAPPERS):
        return _field(name, item.children[0], depth + 1)
    if isinstance(item, lucene.OrOperation):
        return AnyOf(tuple(_field(name, child, depth) for child in item.children))
    if isinstance(item, lucene.BaseOperation):
        return All(tuple(_field(name, child, depth) for child in item.children))
    if isinstance(item, lucene.Not):
        return Not(_field(name, item.children[0], depth + 1))
    return _term(name.lower(), item)


def _term(name: str, item: lucene.Item) -> Term:
    if isinstance(item, lucene.Range):
        return Term(name, _text(item.low), "[]", _text(item.high))
    if isinstance(item, lucene.From | lucene.To):
        sign = ">" if isinstance(item, lucene.From) else "<"
        return Term(name, _text(item.children[0]), sign + ("=" if item.include else ""))
    text = _text(item)  # a field within a field, such as feeds:model:ranker, is a value with a colon
    if not isinstance(item, lucene.Phrase) and text.endswith("*"):
        return Term(name, text.rstrip("*"), "^")
    return Term(name, text)
