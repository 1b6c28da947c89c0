"""A query tree as what PostgreSQL looks for: a text query for the index, and conditions on columns."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.functions import Cast

from registry.references import find_features, split_number
from registry.search.fields import FIELDS, Scope
from registry.search.grammar import All, AnyOf, Node, Not, Term, Words, leaves
from registry.search.values import LeftOut
from registry.search.vocabulary import Understood, humps_of, understand, words_of

# Of unknown fields, so many are looked up as Feast references; nobody pastes more at once.
MAX_REFERENCES = 3
_LEXEME = re.compile(r"'((?:[^']|'')+)'(:\*)?")


class Matches(Func):
    """`search @@ tsquery`, with the query spelled out: its words are stemmed already."""

    template, arg_joiner, output_field = "%(expressions)s", " @@ ", BooleanField()

    def __init__(self, text: str) -> None:
        super().__init__(F("search"), Cast(Value(text), SearchQueryField()))


class NameBegins(Func):
    """`lower(name) LIKE 'text%'`, spelled as the index on names has it."""

    template, arg_joiner, output_field = "lower(%(expressions)s)", ") LIKE (", BooleanField()

    def __init__(self, text: str) -> None:
        super().__init__(F("name"), Value(f"{like_escaped(text)}%"))


def like_escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


@dataclass(frozen=True, slots=True)
class Match:
    """What hits have in common.

    `text` is what the index is asked and `rank` what counts for the order; both are a tsquery, empty without words.
    `names` are spellings, in lower case, of a name that the plain words may be, whole or begun.
    """

    condition: Q = field(default_factory=Q)
    text: str = ""
    rank: str = ""
    names: tuple[str, ...] = ()
    synonyms: dict[str, list[str]] = field(default_factory=dict)

    @property
    def whole(self) -> Q:
        """The condition, and the text: by its words, or because the name begins as typed."""
        if not self.text:
            return self.condition
        begins = (Q(NameBegins(name)) for name in self.names)
        return self.condition & Q(Q(Matches(self.text)), *begins, _connector=Q.OR)

    @property
    def lexemes(self) -> list[tuple[str, bool]]:
        """Stems to mark in what is shown, each with whether it is only the beginning of a word."""
        return [(lexeme.replace("''", "'"), bool(star)) for lexeme, star in _LEXEME.findall(self.rank)]


@dataclass(frozen=True, slots=True)
class _Text:
    """Part of a query that the text index answers alone."""

    query: str


_Part = _Text | Q | None  # None: says nothing, because it is a stop word or was left out


def match(nodes: Sequence[Node], scope: Scope) -> Match:
    """What all of `nodes` ask for together."""
    known = understand(_typed(nodes))
    reader = _Reader(scope, known, lambda word: " | ".join(word.stems))
    parts = [reader.read(node) for node in nodes]
    if known and not reader.leaves:  # nothing but stop words: then they are meant
        reader = _Reader(scope, known, lambda word: word.plain)
        parts = [reader.read(node) for node in nodes]
    text = _joined(" & ", [part.query for part in parts if isinstance(part, _Text)])
    condition = Q(*(part for part in parts if isinstance(part, Q)))
    return Match(
        condition=condition,
        text=text,
        rank=text if text and not reader.is_mixed else _joined(" | ", reader.leaves),
        names=_names(nodes),
        synonyms={word.word: word.synonyms for word in known.values() if word.synonyms},
    )


def _names(nodes: Sequence[Node]) -> tuple[str, ...]:
    """`avg amount` may be the beginning of avg_amount_7d. With a phrase, OR or NOT nobody means a name."""
    texts = [node for node in nodes if not isinstance(node, Term)]
    if not texts or not all(isinstance(node, Words) and node.kind in {"words", "prefix"} for node in texts):
        return ()
    typed = [split_number(node.text)[0] for node in texts if isinstance(node, Words)]
    joined = "_".join(word for text in typed for word in words_of(text))
    spellings = {joined, typed[0]} if len(typed) == 1 else {joined}  # a name may have other signs than underscores
    return tuple(sorted({name.lower() for name in spellings if len(name) > 1}))


def _typed(nodes: Iterable[Node]) -> Iterator[str]:
    """Every word and phrase whose stem will be needed."""
    for leaf in (leaf for node in nodes for leaf in leaves(node)):
        if isinstance(leaf, Term):
            if leaf.name not in FIELDS:
                yield from _pieces(f"{leaf.name} {leaf.value} {leaf.upper}")
        elif leaf.kind == "phrase":
            yield " ".join(words_of(leaf.text))
        else:
            yield from _pieces(split_number(leaf.text)[0])


def _pieces(text: str) -> Iterator[str]:
    for word in words_of(text):
        yield word
        yield from (hump for hump in humps_of(word) if hump != word)


class _Reader:
    """Turns nodes into parts, and keeps the text that speaks for a hit, for ranking and marking."""

    def __init__(self, scope: Scope, known: dict[str, Understood], spell: Callable[[Understood], str]) -> None:
        self.scope, self._known, self._spell = scope, known, spell
        self.leaves: list[str] = []
        self.is_mixed = False
        self._references = 0

    def read(self, node: Node, *, is_wanted: bool = True) -> _Part:
        if isinstance(node, All | AnyOf):
            return self._combined(node, is_wanted)
        if isinstance(node, Not):
            return self._negated(self.read(node.part, is_wanted=not is_wanted))
        if isinstance(node, Term):
            return self._term(node, is_wanted)
        return self._leaf(self._words(node), is_wanted)

    def _leaf(self, query: str, is_wanted: bool) -> _Part:
        if query and is_wanted:
            self.leaves.append(query)
        return _Text(query) if query else None

    def _combined(self, node: All | AnyOf, is_wanted: bool) -> _Part:
        parts = [part for one in node.parts if (part := self.read(one, is_wanted=is_wanted)) is not None]
        sign, connector = (" & ", Q.AND) if isinstance(node, All) else (" | ", Q.OR)
        texts = [part.query for part in parts if isinstance(part, _Text)]
        if len(texts) == len(parts):
            return _Text(_joined(sign, texts)) if texts else None
        self.is_mixed = self.is_mixed or bool(texts)
        conditions = [Q(Matches(part.query)) if isinstance(part, _Text) else part for part in parts]
        return Q(*conditions, _connector=connector)

    def _negated(self, part: _Part) -> _Part:
        if isinstance(part, _Text):
            return _Text(f"!({part.query})")
        return ~part if part is not None else None

    def _term(self, term: Term, is_wanted: bool) -> _Part:
        if term.name not in FIELDS:
            return self._unknown(term, is_wanted)
        try:
            return FIELDS[term.name].read(term, self.scope)
        except LeftOut as reason:
            self.scope.note(f"Left out: {reason}.")
            return None

    def _unknown(self, term: Term, is_wanted: bool) -> _Part:
        """`a:b` with a field nobody knows: a Feast reference if there is such a feature, else words."""
        self._references += 1
        if self._references <= MAX_REFERENCES and term.op == "=":
            found = find_features(self.scope.actor, f"{term.name}:{term.value}")
            if found:
                return Q(pk__in=[one.feature.pk for one in found])
        self.scope.note(f"There is no field {term.name}, so it was searched as a word. Fields: {', '.join(FIELDS)}.")
        return self._leaf(self._words(Words(f"{term.name} {term.value} {term.upper}")), is_wanted)

    def _words(self, node: Words) -> str:
        if node.kind == "phrase":
            phrase = self._known.get(" ".join(words_of(node.text)))
            return (phrase.stem or phrase.plain) if phrase else ""
        words = words_of(split_number(node.text)[0])
        queries = [self._word(word) for word in words]
        if node.kind == "prefix" and words:
            queries[-1] = self._beginning(words[-1])
        return _joined(" & ", queries)

    def _word(self, word: str) -> str:
        humps = humps_of(word)
        whole = self._spell(self._known[word])
        if len(humps) == 1:
            return whole
        return _joined(" | ", [_joined(" & ", [self._spell(self._known[hump]) for hump in humps]), whole])

    def _beginning(self, word: str) -> str:
        """Words that begin so. Descriptions are kept as stems only: where the stem begins the word, it finds both."""
        known = self._known[word]
        lexemes = (known.stem,) if known.stem and known.plain.startswith(known.stem[:-1]) else (known.plain, known.stem)
        return _joined(" | ", [f"{one}:*" for one in dict.fromkeys(lexemes) if one])


def _joined(sign: str, queries: Iterable[str]) -> str:
    found = [query for query in queries if query]
    return sign.join(f"({query})" for query in found) if len(found) > 1 else "".join(found)


def plain_words(nodes: Iterable[Node]) -> list[str]:
    """The words typed without a field at the top of the query, whose spelling may be wrong."""
    words = (node for node in nodes if isinstance(node, Words) and node.kind == "words")
    return list(islice((word.lower() for node in words for word in words_of(split_number(node.text)[0])), 10))
