"""What a search answers: plain values, ready for a page or for JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from registry.choices import Health, VersionState
from registry.search.grammar import Query

# Factors of the text where the name itself was typed; otherwise it is below 1.
EXACT_NAME, BEGINNING_OF_NAME = 3, 2


class Factor(NamedTuple):
    """One reason for a hit's place. All of a hit's factors multiplied are its score."""

    label: str
    value: float
    reason: str


class Mark(NamedTuple):
    """A stretch of text that matched, as positions of characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One feature found. `replaces` are keys of deprecated features it stands for; `through` the one that matched."""

    id: int
    key: str
    project: str
    view: str
    view_id: int
    name: str
    description: str
    number: int
    state: str
    health: str
    privacy_class: str
    looks_personal: bool
    dtype: str
    unit: str
    entities: list[str]
    tags: list[str]
    store: str
    is_online: bool
    owner: str
    owner_name: str
    models_count: int
    reads_per_day: float | None
    null_rate: float | None
    sunset_on: date | None
    changed_at: datetime
    score: float = 0.0
    weights: tuple[float, ...] = ()
    name_marks: tuple[Mark, ...] = ()
    description_marks: tuple[Mark, ...] = ()
    replaces: tuple[str, ...] = ()
    through: str = ""

    @property
    def reference(self) -> str:
        return f"{self.key}@{self.number}"

    @property
    def marked_name(self) -> SafeString:
        return marked(self.name, self.name_marks)

    @property
    def marked_description(self) -> SafeString:
        return marked(self.description, self.description_marks)

    def get_absolute_url(self) -> str:
        return reverse("registry:feature", args=[self.project, self.view, self.name])

    @property
    def factors(self) -> list[Factor]:
        """Why this order: what the score is made of, without what changes nothing; the text always."""
        named: dict[float, str] = {EXACT_NAME: "the name as typed", BEGINNING_OF_NAME: "the name begins as typed"}
        models = f"{self.models_count} model{'' if self.models_count == 1 else 's'}"
        reasons = (
            ("Text", named.get(self.weights[0], "words in name, description, tags, source or definition")),
            ("Use", models),
            ("State", VersionState(self.state).label.lower()),
            ("Health", Health(self.health).label.lower()),
            ("Yours", "your team's, or of an entity you follow"),
            ("Care", "has description, owner and class"),
        )
        every = (Factor(label, weight, reason) for (label, reason), weight in zip(reasons, self.weights, strict=True))
        return [factor for factor in every if factor.value != 1 or factor.label == "Text"]


def marked(text: str, marks: Iterable[Mark]) -> SafeString:
    """The text as HTML, escaped, with what matched in <mark>."""
    parts, at = [], 0
    for mark in marks:
        parts += [(text[at : mark.start], text[mark.start : mark.end])]
        at = mark.end
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", parts), text[at:])


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    is_selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow, most frequent first. When not exact, the counts are of the first matches only."""

    name: str
    legend: str
    options: list[Option]
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Correction:
    """What was searched instead of what was typed, word by word, and the whole query as it was searched."""

    words: tuple[tuple[str, str], ...]
    query: str


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a pasted text names exactly: a feature, view, team, person, project, source, consumer, pull, table
    or job.

    `key` is its name in our words; `number` is the version, for features alone.
    """

    kind: str
    label: str
    url: str
    note: str
    key: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An option while typing: a link, or with `insert` the rest of the word being typed."""

    label: str
    note: str = ""
    url: str = ""
    insert: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: list[Suggestion]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`total` counts rows; when not exact, there are at least so many. `nearest` are words to try if there are none."""

    hits: list[Hit]
    total: int
    is_total_exact: bool
    query: Query
    facets: list[Facet] = field(default_factory=list)
    correction: Correction | None = None
    notes: list[str] = field(default_factory=list)
    next_cursor: str = ""
    choices: dict[str, list[str]] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)
    nearest: list[str] = field(default_factory=list)
