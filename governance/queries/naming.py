"""What the naming rules say of names: of one that is being chosen, and of those that are there already."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, QuerySet

from governance.models import ANSWERING, NameDecision, NamedKind, NameWaiver, NameWord, NamingRule
from registry.models import Actor, Entity, Feature, FeatureView, Project, Team
from registry.naming import NameFault

_MODELS: dict[str, type[Any]] = {NamedKind.FEATURE: Feature, NamedKind.VIEW: FeatureView, NamedKind.ENTITY: Entity}
# What one pattern may cost: RE2 takes time in proportion to its size and that of the name, whatever it says.
_MOST_MEMORY = 1 << 20


def compiled(pattern: str) -> Any:
    """The pattern of a rule. Raises re2.error."""
    options = re2.Options()
    options.max_mem, options.log_errors = _MOST_MEMORY, False
    return re2.compile(pattern, options)


class ProjectNames:
    """The rules that hold in a project, read once: `registry.naming` asks them for each name."""

    def __init__(self, project: Project) -> None:
        rules = NamingRule.objects.holding_in(project).filter(is_on=True)
        self._rules = [(rule, compiled(rule.pattern)) for rule in rules]
        # What the project says of a word counts before what all projects say.
        words = NameWord.objects.holding_in(project).order_by("project").reverse()
        self._words = {one.word: one.instead for one in words}
        waivers = NameWaiver.objects.filter(project=project).in_force()
        self._waived = set(waivers.values_list("kind", "key"))

    def __call__(self, kind: str, name: str, key: str) -> Iterator[NameFault]:
        if (kind, key) in self._waived:
            return
        yield from broken(kind, name, self._rules)
        yield from _words_of(name, self._words)


def broken(kind: str, name: str, rules: Sequence[tuple[NamingRule, Any]]) -> Iterator[NameFault]:
    for rule, pattern in rules:
        if rule.kind == kind and not pattern.fullmatch(name):
            like = f" Such as {rule.right[0]}." if rule.right else ""
            yield NameFault(str(rule), f"{rule.said.rstrip('.')}.{like}", is_advice=rule.is_advice)


def _words_of(name: str, words: Mapping[str, str]) -> Iterator[NameFault]:
    parts = name.split("_")
    for word in dict.fromkeys(parts):
        if word not in words:
            continue
        instead = words[word]
        better = "_".join(instead if part == word else part for part in parts)
        said = f"Names here say {instead}, not {word}: {better}." if instead else f"Names here do not say {word}."
        yield NameFault("word", said)


def names_that_break(features: QuerySet[Feature]) -> tuple[set[int], int]:
    """Of these features, those whose names break a rule, a word or both, without those that may; and how many of the
    others pass because they are excepted. Advice is not counted. Asks the same few questions however many there are."""
    rules: dict[int | None, list[Any]] = defaultdict(list)
    for rule in NamingRule.objects.filter(is_on=True, is_advice=False, kind=NamedKind.FEATURE):
        rules[rule.project_id].append((rule, compiled(rule.pattern)))
    words: dict[int | None, dict[str, str]] = defaultdict(dict)
    for one in NameWord.objects.all():
        words[one.project_id][one.word] = one.instead
    waived = set(NameWaiver.objects.in_force().filter(kind=NamedKind.FEATURE).values_list("key", flat=True))
    broke, excepted = set(), 0
    for pk, project, name, key in features.values_list("pk", "project_id", "name", "key"):
        held = [*rules[None], *rules[project]]
        if any(broken(NamedKind.FEATURE, name, held)) or any(_words_of(name, words[None] | words[project])):
            excepted += key in waived
            if key not in waived:
                broke.add(pk)
    return broke, excepted


@dataclass(frozen=True, slots=True)
class Offender:
    """A name that is there already and breaks a rule."""

    key: str
    name: str
    owner: str
    url: str
    is_waived: bool


def offenders(rule: NamingRule, actor: Actor, *, limit: int) -> tuple[list[Offender], int, int]:
    """(the first that break the rule, how many do, how many names there are), of what the actor sees."""
    pattern, broke, known = compiled(rule.pattern), 0, 0
    found: list[Offender] = []
    waived = set(NameWaiver.objects.in_force().filter(kind=rule.kind).values_list("key", flat=True))
    for row in _names(rule, actor).iterator(chunk_size=2_000):
        known += 1
        if pattern.fullmatch(row.name):
            continue
        broke += 1
        if len(found) < limit:
            key = key_of(row)
            owner = row.owner.name if row.owner else ""
            found.append(Offender(key, row.name, owner, _url(row), key in waived))
    return found, broke, known


def _names(rule: NamingRule, actor: Actor) -> QuerySet[Any]:
    model = _MODELS[rule.kind]
    rows = model.objects.visible_to(actor).filter(gone_at__isnull=True).select_related("project", "owner")
    if model is Feature:
        rows = rows.select_related("view").defer("search", "keywords", "context", "definition")
    return rows.order_by("pk") if rule.project_id is None else rows.filter(project=rule.project_id).order_by("pk")


def key_of(row: Feature | FeatureView | Entity) -> str:
    return f"{row.project.name}.{row.name}" if isinstance(row, Entity) else row.key


def _url(row: Feature | FeatureView | Entity) -> str:
    return f"{row.project.get_absolute_url()}#entities" if isinstance(row, Entity) else row.get_absolute_url()


def place_of(kind: str, key: str, actor: Actor) -> Project | None:
    """The project in which something of this key is, or could be, as far as the actor sees it: a name may be waived
    before it is used."""
    project, _, rest = key.partition(".")
    view, _, name = rest.partition(".")
    if kind == NamedKind.FEATURE and not (
        name and FeatureView.objects.visible_to(actor).filter(key=f"{project}.{view}").exists()
    ):
        return None
    return Project.objects.visible_to(actor).filter(name=project).first() if rest else None


@dataclass(frozen=True, slots=True)
class Conflict:
    """One name that features of several teams have."""

    name: str
    teams: list[Team]
    features: list[Feature]
    types: int


def conflicts(actor: Actor) -> QuerySet[Any, Any]:
    """{name, teams: numbers}: names that features of more than one team have and that nobody has decided about, as
    far as the actor sees them."""
    rows = Feature.objects.visible_to(actor).filter(gone_at__isnull=True).exclude(state="retired")
    shared = rows.order_by().annotate(team=ANSWERING).filter(team__isnull=False).values("name")
    counted = shared.annotate(count=Count("team", distinct=True), teams=ArrayAgg("team", distinct=True))
    return counted.filter(count__gt=1).order_by("name").values("name", "teams")


def open_conflicts(actor: Actor, *, after: str = "", limit: int = 50) -> tuple[list[Conflict], str]:
    """Those that wait for the committee, in the order of their names, and where the next page begins."""
    waiting = waiting_names(actor, after=after)
    page = waiting[:limit]
    return _with_features(page, actor), page[-1]["name"] if len(waiting) > limit else ""


def waiting_names(actor: Actor, *, after: str = "") -> list[Mapping[str, Any]]:
    """{name, teams: numbers} of those that wait for the committee."""
    decided = {name: set(teams) for name, teams in NameDecision.objects.values_list("name", ArrayAgg("teams"))}
    rows = conflicts(actor).filter(name__gt=after) if after else conflicts(actor)
    return [row for row in rows if not set(row["teams"]) <= decided.get(row["name"], set())]


def _with_features(rows: Sequence[Mapping[str, Any]], actor: Actor) -> list[Conflict]:
    teams = Team.objects.in_bulk({number for row in rows for number in row["teams"]})
    seen = Feature.objects.visible_to(actor).filter(name__in=[row["name"] for row in rows], gone_at__isnull=True)
    held = seen.exclude(state="retired").select_related("owner", "view__owner", "project__owner").order_by("key")
    features: dict[str, list[Feature]] = {}
    for feature in held.defer("search", "keywords", "context", "definition"):
        features.setdefault(feature.name, []).append(feature)
    return [
        Conflict(
            row["name"], sorted((teams[number] for number in row["teams"]), key=str), features.get(row["name"], []),
            len(Counter(one.dtype for one in features.get(row["name"], []))),
        )
        for row in rows
    ]  # fmt: skip
