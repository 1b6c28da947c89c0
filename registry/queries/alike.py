"""Features that are much the same as one that exists or is being named; and all near-duplicates there are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from registry.alike.judging import Facts, Likeness, Profile, judge
from registry.alike.slots import GLOSSARY, slots
from registry.choices import VersionState
from registry.models import Actor, Feature, FeatureView, Synonym

MOST_JUDGED, MOST_IN_A_GROUP = 300, 25
SIMILAR = 0.2  # what is less alike is not worth a line
_UNUSED_COLUMNS = ("search", "keywords", "context", "definition")


@dataclass(frozen=True, slots=True)
class Alike:
    """A feature and how much it is like the one asked about."""

    feature: Feature
    likeness: Likeness


def synonyms() -> dict[str, str]:
    """What the installation says: {word: what it means}."""
    return dict(Synonym.objects.values_list("word", "means"))


def facts_of(feature: Feature) -> Facts:
    """What the registry knows of it. Wants its view and source."""
    known = facts_in(feature.view, feature.name, feature.entity_names)
    return replace(known, description=feature.description, dtype=feature.dtype)


def facts_in(view: FeatureView, name: str, entities: Iterable[str]) -> Facts:
    """What would be known of a feature of this name in this view."""
    source = view.source
    place = _place(source.project_id, source.name, source.location, source.query) if source else ""
    return Facts(
        name, entities=frozenset(entities), place=place, column=_column(name, source.field_mapping) if source else ""
    )


# What `_facts` takes, as columns of a feature: a model of each would cost more than everything else.
_COLUMNS = (
    "name", "description", "entity_names", "dtype", "view__source__project", "view__source__name",
    "view__source__location", "view__source__query", "view__source__field_mapping",
)  # fmt: skip


def _facts(
    name: str, description: str, entities: list[str], dtype: str, project: int | None, source: str, location: str,
    query: str, mapping: dict[str, str] | None,
) -> Facts:  # fmt: skip
    is_known = project is not None
    return Facts(
        name, description=description, entities=frozenset(entities), dtype=dtype,
        place=_place(project, source, location, query) if is_known else "",
        column=_column(name, mapping or {}) if is_known else "",
    )  # fmt: skip


def _place(project: int | None, name: str, location: str, query: str) -> str:
    return location or query or f"{project}/{name}"


def _column(name: str, mapping: Mapping[str, str]) -> str:
    """The column of the source that a feature is read from."""
    return next((column for column, field in mapping.items() if field == name), name)


def alike(actor: Actor, facts: Facts, *, but: int | None = None, limit: int = 5) -> list[Alike]:
    """The features most like these facts, as far as the actor sees them; `but` is left out. The likeliest first."""
    known = synonyms()
    rows = _candidates(actor, facts, known).exclude(pk=but or 0).values_list("pk", *_COLUMNS)[:MOST_JUDGED]
    others = {number: _facts(*columns) for number, *columns in rows}
    profiles = _profiles([*others, *([but] if but is not None else [])])
    mine = replace(facts, profile=profiles.get(but)) if but is not None else facts
    judged = [
        (number, judge(mine, replace(other, profile=profiles.get(number)), known)) for number, other in others.items()
    ]
    best = sorted((one for one in judged if one[1].score >= SIMILAR), key=lambda one: -one[1].score)[:limit]
    held = Feature.objects.select_related("view", "project").defer(*_UNUSED_COLUMNS).in_bulk([one[0] for one in best])
    return [Alike(held[number], likeness) for number, likeness in best]


def _candidates(actor: Actor, facts: Facts, known: Mapping[str, str]) -> QuerySet[Feature]:
    """Features with a word of the name, or one that means the same; and those of the same source."""
    query = SearchQuery(" | ".join(_forms(facts.name, known)) or "x", search_type="raw", config="english")
    named = Q(search=query)
    if facts.place:
        named |= Q(view__source__location=facts.place)
    seen = Feature.objects.visible_to(actor).present().exclude(state=VersionState.RETIRED).filter(named)
    return seen.order_by(SearchRank(F("search"), query).desc(), "pk")


def _forms(name: str, known: Mapping[str, str]) -> Iterator[str]:
    """Words to look for in names: those of this name, and all that mean the same."""
    words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()))
    meant = {GLOSSARY.get(known.get(word, word), known.get(word, word)) for word in words}
    same = {word for pairs in (GLOSSARY, known) for word, means in pairs.items() if means in meant or word in meant}
    return (f"{word}:A" for word in sorted(words | meant | same) if word.isascii() and word.isalpha())


def _profiles(numbers: Sequence[int]) -> dict[int, Profile]:
    """What was measured of these features' values, where higher apps know it; never of personal ones."""
    found: dict[int, Profile] = {}
    for path in settings.CHARTER_VALUE_PROFILES:
        found |= import_string(path)(numbers)
    return found


class KnownNames:
    """All features that the actor sees, by the parts of their names: read once, for many new names at a time."""

    def __init__(self, actor: Actor) -> None:
        self._synonyms = synonyms()
        self._held: dict[tuple[frozenset[str], frozenset[str]], list[tuple[str, Facts]]] = defaultdict(list)
        seen = Feature.objects.visible_to(actor).present().exclude(state=VersionState.RETIRED).order_by("key")
        for key, name, description, entities, dtype in seen.values_list(
            "key", "name", "description", "entity_names", "dtype"
        ):
            facts = Facts(name, description=description, entities=frozenset(entities), dtype=dtype)
            self._held[self._place(facts)].append((key, facts))

    def likeliest(self, facts: Facts, *, but: str) -> tuple[str, Likeness] | None:
        """The key of the near-duplicate that is likeliest, and why; `but` begins the keys that do not count."""
        found = [
            (key, judge(facts, other, self._synonyms))
            for key, other in self._held.get(self._place(facts), [])[:MOST_IN_A_GROUP]
            if not key.startswith(but)
        ]
        likely = [one for one in found if one[1].is_likely]
        return max(likely, key=lambda one: one[1].score, default=None)

    def _place(self, facts: Facts) -> tuple[frozenset[str], frozenset[str]]:
        return slots(facts.name, self._synonyms, about=facts.entities).what, facts.entities


@dataclass(frozen=True, slots=True)
class Pair:
    one: Feature
    other: Feature
    likeness: Likeness


def near_duplicates(features: QuerySet[Feature], *, limit: int) -> list[Pair]:
    """The likeliest pairs among these features. Only those whose names mean the same are compared with each other, so
    that it takes time in proportion to their number."""
    known = synonyms()
    facts = {number: _facts(*columns) for number, *columns in features.order_by("pk").values_list("pk", *_COLUMNS)}
    groups: dict[tuple[frozenset[str], frozenset[str]], list[int]] = defaultdict(list)
    for number, one in facts.items():
        groups[slots(one.name, known, about=one.entities).what, one.entities].append(number)
    shared = [group[:MOST_IN_A_GROUP] for group in groups.values() if len(group) > 1]
    profiles = _profiles([number for group in shared for number in group])
    measured = {
        number: replace(facts[number], profile=profiles.get(number)) for group in shared for number in group
    }  # fmt: skip
    judged = (
        (pair, judge(measured[pair[0]], measured[pair[1]], known))
        for group in shared
        for pair in combinations(group, 2)
    )
    likely = sorted((one for one in judged if one[1].is_likely), key=lambda one: -one[1].score)[:limit]
    wanted = {number for pair, _ in likely for number in pair}
    held = Feature.objects.select_related("view", "project").defer(*_UNUSED_COLUMNS).in_bulk(wanted)
    return [Pair(held[one], held[other], likeness) for (one, other), likeness in likely]
