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
from registry.models import Actor, Feature, FeatureView, Source, Synonym

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
    return replace(
        facts_in(feature.view, feature.name, feature.entity_names), description=feature.description,
        dtype=feature.dtype,
    )  # fmt: skip


def facts_in(view: FeatureView, name: str, entities: Iterable[str]) -> Facts:
    """What would be known of a feature of this name in this view."""
    source = view.source
    columns = {} if source is None else {column: field for field, column in source.field_mapping.items()}
    return Facts(
        name, entities=frozenset(entities), place=_place(source), column=columns.get(name, name) if source else ""
    )


def _place(source: Source | None) -> str:
    if source is None:
        return ""
    return source.location or source.query or f"{source.project_id}/{source.name}"


def alike(actor: Actor, facts: Facts, *, but: int | None = None, limit: int = 5) -> list[Alike]:
    """The features most like these facts, as far as the actor sees them; `but` is left out. The likeliest first."""
    known = synonyms()
    rows = list(_candidates(actor, facts, known).exclude(pk=but or 0)[:MOST_JUDGED])
    profiles = _profiles([row.pk for row in rows] + ([but] if but is not None else []))
    mine = replace(facts, profile=profiles.get(but)) if but is not None else facts
    judged = (
        Alike(row, judge(mine, replace(facts_of(row), profile=profiles.get(row.pk)), known)) for row in rows
    )  # fmt: skip
    found = sorted(judged, key=lambda one: (-one.likeness.score, one.feature.key))
    return [one for one in found if one.likeness.score >= SIMILAR][:limit]


def _candidates(actor: Actor, facts: Facts, known: Mapping[str, str]) -> QuerySet[Feature]:
    """Features with a word of the name, or one that means the same; and those of the same source."""
    query = SearchQuery(" | ".join(_forms(facts.name, known)) or "x", search_type="raw", config="english")
    named = Q(search=query)
    if facts.place:
        named |= Q(view__source__location=facts.place)
    seen = Feature.objects.visible_to(actor).present().exclude(state=VersionState.RETIRED).filter(named)
    rows = seen.select_related("view__source", "project").defer(*_UNUSED_COLUMNS)
    return rows.order_by(SearchRank(F("search"), query).desc(), "pk")


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
    groups: dict[tuple[frozenset[str], frozenset[str]], list[Feature]] = defaultdict(list)
    for feature in features.select_related("view__source", "project").defer(*_UNUSED_COLUMNS).order_by("pk"):
        parts = slots(feature.name, known, about=feature.entity_names)
        groups[parts.what, frozenset(feature.entity_names)].append(feature)
    shared = [group[:MOST_IN_A_GROUP] for group in groups.values() if len(group) > 1]
    profiles = _profiles([feature.pk for group in shared for feature in group])
    facts = {
        feature.pk: replace(facts_of(feature), profile=profiles.get(feature.pk))
        for group in shared
        for feature in group
    }
    pairs = (
        Pair(one, other, judge(facts[one.pk], facts[other.pk], known))
        for group in shared
        for one, other in combinations(group, 2)
    )
    likely = sorted((pair for pair in pairs if pair.likeness.is_likely), key=lambda pair: -pair.likeness.score)
    return likely[:limit]
