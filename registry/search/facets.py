"""Facets: how many hits have each value, counted as if nothing had been chosen in the facet itself.

Before anything is asked the counts come from `FacetTotal`, with nothing but choices from `FacetCount`, both kept by
pulls; with words from the matches. One statement with GROUPING SETS answers for all facets. Values within a facet are
alternatives; facets narrow each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection as database
from django.db.models import Case, F, Q, QuerySet, Sum, Value, When

from registry.choices import Health, PrivacyClass, VersionState
from registry.models import FacetCount, FacetTotal, Project, User
from registry.search.asking import Asked
from registry.search.results import Facet, Option

MAX_COUNTED = 10_000
MAX_OPTIONS = 50


@dataclass(frozen=True, slots=True)
class _Kind:
    """A facet: its column among the matches, and the labels of values where it is a closed list, in their order."""

    name: str
    legend: str
    column: str
    labels: Mapping[Any, str] = field(default_factory=dict)


_KINDS = (
    _Kind("status", "Status", "state", dict(VersionState.choices)),
    _Kind("health", "Health", "health", dict(Health.choices)),
    _Kind("pii", "Personal data", "privacy_class", dict(PrivacyClass.choices)),
    _Kind("entity", "Entity", "entity_names"),
    _Kind("owner", "Owner", "owner_id"),
    _Kind("store", "Store", "store"),
    _Kind("online", "Online", "is_online", {True: "Served online", False: "Not served online"}),
    _Kind("project", "Project", "project_id"),
    _Kind("tag", "Tag", "tag"),
)
_COLUMNS = [kind.column for kind in _KINDS[:-1]]
# How a value that is not a word is written in a query; None is not offered.
_SPELLED: dict[tuple[str, Any], str | None] = {
    ("pii", ""): "unclassified", ("owner", None): "none", ("online", True): "true", ("online", False): "false",
    ("store", ""): None,
}  # fmt: skip
_LABELS = {("owner", "none"): "No owner"}
# Names of owners and projects are looked up for the values found, not for every match.
_COUNT = """
WITH matched AS ({matched}),
counted AS (SELECT grouping({columns}) AS which, {columns}, {sums} FROM matched GROUP BY GROUPING SETS ({sets}, ()))
SELECT which, state, health, privacy_class, entity_names, team.slug, store, is_online, project.name, {numbers}
FROM counted
LEFT JOIN registry_team team ON team.id = owner_id
LEFT JOIN registry_project project ON project.id = project_id
"""
_COUNT_TAGS = """
UNION ALL (
  SELECT -1, tag, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {sum} AS tagged, {nothing}
  FROM matched, unnest(tags) AS tag GROUP BY tag ORDER BY tagged DESC, tag LIMIT {limit})
"""

_TOTALS = """
WITH totals (facet, value, n) AS ({totals})
SELECT facet, coalesce(team.slug, project.name, value), n FROM totals
LEFT JOIN registry_team team ON facet = 'owner' AND team.id::text = value
LEFT JOIN registry_project project ON facet = 'project' AND project.id::text = value
"""
_HELD: dict[tuple[str, str], Any] = {("owner", ""): None, ("online", "true"): True, ("online", "false"): False}

Counts = dict[str, dict[Any, int]]


def facets_of(asked: Asked, *, most: int | None = MAX_OPTIONS) -> list[Facet]:
    """Every facet with its counts, most frequent first, and at most so many values of each."""
    try:
        counts, is_exact = _kept(asked) if _is_kept(asked) else _live(asked)
    except EmptyResultSet:
        counts, is_exact = {}, True
    return [_facet(kind, counts.get(kind.name, {}), asked, is_exact=is_exact, most=most) for kind in _KINDS]


def _is_kept(asked: Asked) -> bool:
    """Whether the counts of whole projects answer: nothing is asked, or only facets that they know."""
    return not asked.narrowed.rest and "tag" not in asked.choices


def _kept(asked: Asked) -> tuple[Counts, bool]:
    """From the counts that pulls keep: added up already where nothing is chosen. Tags are counted only there."""
    if not asked.choices and asked.is_stateless:
        return _totals(asked), True
    rows = FacetCount.objects.visible_to(asked.scope.actor).annotate(n=F("features"))
    return _counted(asked, rows, with_tags=False)[0], True


def _totals(asked: Asked) -> Counts:
    """What is shown by default: drafts of the actor's teams, and of all teams in the one facet that offers drafts."""
    actor = asked.scope.actor
    own = Q(drafted_by__isnull=True) | Q(drafted_by__in=asked.scope.team_ids)
    shown = own | Q(facet="status") if isinstance(actor, User) and actor.sees_everything else own
    totals = FacetTotal.objects.filter(shown, project__in=Project.objects.visible_to(actor)).order_by()
    sql, params = totals.values("facet", "value").annotate(n=Sum("features")).query.sql_with_params()
    counts: Counts = {kind.name: {} for kind in _KINDS}
    with database.cursor() as query:
        query.execute(_TOTALS.format(totals=sql), params)
        for facet, value, count in query.fetchall():
            counts[facet][_HELD.get((facet, value), value)] = count
    return counts


def _live(asked: Asked) -> tuple[Counts, bool]:
    """From the features themselves, as many as may be counted while somebody waits."""
    rows = asked.unchosen.matching.order_by().annotate(n=Value(1))[: MAX_COUNTED + 1]
    counts, counted = _counted(asked, rows, with_tags=True)
    return counts, counted <= MAX_COUNTED


def _counted(asked: Asked, rows: QuerySet[Any, Any], *, with_tags: bool) -> tuple[Counts, int]:
    """Counts by facet and value, and of how many rows. What is chosen elsewhere decides which rows count."""
    flags = {
        f"keeps_{name}": Case(When(condition, then=True), default=False) for name, condition in asked.conditions.items()
    }
    columns = [*_COLUMNS, "n", *(["tags"] if with_tags else [])]
    sql, params = rows.annotate(**flags).values(*columns, *flags).query.sql_with_params()
    sums = [_sum(asked.conditions.keys() - {kind.name}) for kind in _KINDS]
    # Most facets are counted under the same choices: a sum is worked out once.
    names = {one: f"sum_{at}" for at, one in enumerate(dict.fromkeys(["count(*)", *sums]))}
    numbers = [names["count(*)"], *(names[one] for one in sums)]
    statement = _COUNT.format(
        matched=sql,
        columns=", ".join(_COLUMNS),
        sums=", ".join(f"{one} AS {name}" for one, name in names.items()),
        sets=", ".join(f"({column})" for column in _COLUMNS),
        numbers=", ".join(numbers),
    )
    if with_tags:
        statement += _COUNT_TAGS.format(sum=sums[-1], nothing=", ".join(["NULL"] * len(_KINDS)), limit=MAX_OPTIONS)
    with database.cursor() as query:
        query.execute(statement, params)
        return _by_facet(query.fetchall())


def _sum(names: Iterable[str]) -> str:
    kept = " AND ".join(f"keeps_{name}" for name in sorted(names))
    return f"coalesce(sum(n) FILTER (WHERE {kept}), 0)::bigint" if kept else "sum(n)::bigint"


def _by_facet(rows: list[tuple[Any, ...]]) -> tuple[Counts, int]:
    """`grouping()` has a bit for each column, set where the row is not of that column; tags come as -1."""
    width = len(_COLUMNS)
    ours = {2**width - 1 - 2 ** (width - 1 - at): at for at in range(width)}
    counts: Counts = {kind.name: {} for kind in _KINDS}
    counted = 0
    for which, *row in rows:
        values, all_of, numbers = row[:width], row[width], row[width + 1 :]
        if which == -1:
            counts["tag"][values[0]] = all_of
        elif which in ours:
            at = ours[which]
            for value in values[at] if isinstance(values[at], list) else [values[at]]:
                found = counts[_KINDS[at].name]
                found[value] = found.get(value, 0) + numbers[at]
        else:
            counted = all_of
    return counts, counted


def _facet(kind: _Kind, counts: Mapping[Any, int], asked: Asked, *, is_exact: bool, most: int | None) -> Facet:
    selected = asked.choices.get(kind.name, [])
    options = [
        Option(value, kind.labels.get(held) or _LABELS.get((kind.name, value)) or str(held), count, value in selected)
        for held, count in counts.items()
        if (value := _SPELLED.get((kind.name, held), str(held))) is not None
    ]
    if kind.labels:
        order = [_SPELLED.get((kind.name, held), str(held)) for held in kind.labels]
        options.sort(key=lambda option: order.index(option.value) if option.value in order else len(order))
    else:
        options.sort(key=lambda option: (not option.is_selected, -option.count, option.value))
    return Facet(kind.name, kind.legend, options[:most], is_exact)
