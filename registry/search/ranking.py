"""The order of hits: candidates first, at most some thousand of them, then a score of which every factor is shown.

One statement finds the candidates, scores them, folds deprecated features under what replaces them, counts the rows and
cuts out the page; another one fetches what is shown of it. The score is a product, so each factor says by how much it
moved a hit.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import connection as database
from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.expressions import Combinable

from common.statements import A_NUMBER
from registry.models import Feature
from registry.search import freshness
from registry.search.compiling import Match, like_escaped
from registry.search.fields import Scope
from registry.search.kept import Sql, kept, sql_of
from registry.search.results import BEGINNING_OF_NAME, EXACT_NAME

MAX_CANDIDATES = 2_000
# Features whose name begins as typed are candidates even where the text index has too many.
MAX_NAMED = 200
STATE_WEIGHTS = {"active": 1.0, "draft": 0.5, "deprecated": 0.25, "quarantined": 0.25, "retired": 0.05}
HEALTH_WEIGHTS = {"ok": 1.0, "warn": 0.95, "unknown": 0.9, "crit": 0.8}


@dataclass(frozen=True, slots=True)
class Sort:
    """`place` is SQL over a candidate, "" for the score; `chosen_by` says which count where there are too many."""

    label: str
    place: str
    chosen_by: tuple[str | Combinable, ...]
    is_descending: bool = True


SORTS = {
    "best": Sort("Best match", "", ("-models_count", "id")),
    "used": Sort("Most used", "models_count::float8", ("-models_count", "id")),
    "fresh": Sort("Freshest", "coalesce(extract(epoch FROM newest)::float8, -1e15)",
                  (F("newest").desc(nulls_last=True), "id")),
    "changed": Sort("Recently changed", "extract(epoch FROM changed_at)::float8", ("-changed_at", "-id")),
    "name": Sort("Name", "key", ("key",), is_descending=False),
}  # fmt: skip
_COLUMNS = (
    "id", "key", "name", "search", "description", "number", "state", "health", "models_count", "owner_id",
    "entity_names", "privacy_class", "changed_at", "newest",
)  # fmt: skip


def _case(column: str, factors: dict[str, float]) -> str:
    cases = " ".join(f"WHEN '{value}' THEN {factor}::float8" for value, factor in factors.items())
    return f"CASE {column} {cases} ELSE 1::float8 END"


# The factors of the score that follow from a feature's own row: the same SQL scores all candidates and explains a hit.
_FACTORS = {
    "by_use": "1::float8 + 0.35::float8 * ln(1 + {0}.models_count)",
    "by_state": _case("{0}.state", STATE_WEIGHTS),
    "by_health": _case("{0}.health", HEALTH_WEIGHTS),
    "by_self": "CASE WHEN {0}.owner_id = ANY(%s) OR {0}.entity_names && (SELECT entities FROM followed) "
    "THEN 1.15::float8 ELSE 1::float8 END",
    "by_care": "CASE WHEN {0}.description <> '' AND {0}.owner_id IS NOT NULL AND {0}.privacy_class <> '' "
    "THEN 1.1::float8 ELSE 1::float8 END",
}
_REST = " * ".join(f"({factor.format('found')})" for factor in _FACTORS.values())
_FOLLOWED = """followed (entities) AS MATERIALIZED (
  SELECT array_agg(DISTINCT entity) FROM registry_follow follow
  JOIN registry_feature feature ON feature.id = follow.feature_id, unnest(feature.entity_names) AS entity
  WHERE follow.user_id = %s)"""
# Planned anew for each text: what is best for a rare word takes ten times as long for a common one.
_STATEMENT = """
WITH {followed},
base AS NOT MATERIALIZED ({base}),
{found},
scored AS MATERIALIZED (
  SELECT id, {shown} AS shown, ({text})::float8 AS by_text, {factors} AS by_rest, {own_place} AS place FROM found),
ranked AS MATERIALIZED (
  SELECT id, shown, by_text, by_text * by_rest AS score, {place} AS place FROM scored WHERE shown = id
  UNION ALL (
    SELECT DISTINCT ON (shown) id, shown, by_text, by_text * by_rest AS score, {place} AS place FROM scored
    WHERE shown <> id AND shown NOT IN (SELECT id FROM scored WHERE shown = id) ORDER BY shown, score DESC))
SELECT place, shown, id, score, by_text, (SELECT count(*) FROM ranked), (SELECT count(*) FROM scored)
FROM ranked {after} ORDER BY place {direction}, shown LIMIT %s
"""
# What is shown of a page's rows. Both conditions follow from the joins. They are there for a PostgreSQL that counted an
# empty table just before it was filled: it takes any order of joins for a good one, and compared all rows with all.
_FACTS = f"""
WITH {_FOLLOWED}
SELECT {", ".join(f"{sql.format('held')} AS {name}" for name, sql in _FACTORS.items())},
       nullif(held.key, feature.key) AS through,
       feature.id, feature.key, project.name AS project, view.name AS view,
       feature.view_id, feature.name, feature.description, feature.number, feature.state, feature.health,
       feature.privacy_class, feature.looks_personal, feature.dtype, feature.unit, feature.entity_names AS entities,
       feature.tags, feature.store, feature.is_online, coalesce(team.slug, '') AS owner,
       coalesce(team.name, '') AS owner_name, feature.models_count, feature.reads_per_day, feature.null_rate,
       feature.sunset_on, feature.changed_at,
       ARRAY(SELECT old.key FROM registry_version new
             JOIN registry_version held ON held.replacement_id = new.id AND held.feature_id <> new.feature_id
             JOIN registry_feature old ON old.id = held.feature_id AND old.number = held.number
             WHERE new.feature_id = feature.id AND old.state = 'deprecated' AND old.gone_at IS NULL
               AND old.project_id = ANY(%s) ORDER BY old.key) AS replaces
FROM unnest(%s::bigint[], %s::bigint[]) AS page (id, shown)
JOIN registry_feature held ON held.id = page.id
JOIN registry_feature feature ON feature.id = page.shown
JOIN registry_project project ON project.id = feature.project_id
JOIN registry_featureview view ON view.id = feature.view_id
LEFT JOIN registry_team team ON team.id = feature.owner_id
WHERE held.id = ANY(%s) AND feature.id = ANY(%s)
"""  # noqa: S608  made of the constants above
# In the index's own order, in which the whole name comes before the names that begin with it. Where not all of those
# fit in, the others are among the rest.
_FOUND_BY_TEXT = """
named AS MATERIALIZED (
  SELECT *, true AS begins FROM base WHERE {begins} ORDER BY lower(name) USING ~<~ LIMIT {most}),
found AS (
  SELECT * FROM named UNION ALL (
    SELECT *, (SELECT count(*) FROM named) = {most} AND ({begins}) AS begins FROM base
    WHERE (search @@ %s::tsquery OR {begins}) AND id NOT IN (SELECT id FROM named) LIMIT %s))
"""
_FOUND = "found AS (SELECT *, false AS begins FROM base)"
_TEXT = f"""CASE WHEN NOT begins THEN greatest(ts_rank_cd(search, %s::tsquery, 32), 0.01)
                WHEN lower(name) = ANY(%s) THEN {EXACT_NAME} ELSE {BEGINNING_OF_NAME} END"""
# The replacement stands for a deprecated feature whose name was not typed; with filters only if it passes them itself.
_SUCCESSOR = """CASE WHEN state = 'deprecated' AND NOT lower(name) = ANY(%s) THEN coalesce((
           SELECT successor.id FROM registry_version own
           JOIN registry_version next ON next.id = own.replacement_id
           JOIN registry_feature successor ON successor.id = next.feature_id
           WHERE own.feature_id = found.id AND own.number = found.number AND successor.id <> found.id
             AND successor.gone_at IS NULL AND successor.state = 'active'
             AND successor.project_id = ANY(%s)
             AND {among}
           LIMIT 1), id) ELSE id END"""


class BadCursor(ValueError):
    """The cursor was not made by this search, or for another sort."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row: where it stands and why, and the facts of the feature that is shown, by column."""

    place: float | str
    shown: int
    score: float
    weights: tuple[float, ...]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ranking:
    rows: list[Ranked]
    total: int
    is_exact: bool
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """Which features of `projects` may be hits.

    `is_folding` unless the query asks for a state; `has_filters` when it has conditions beside its words.
    `is_plain` when it has nothing but words: then which features these are follows from who asks.
    """

    choose: Callable[[list[int]], QuerySet[Feature]]
    projects: list[int]
    match: Match
    is_folding: bool
    has_filters: bool
    is_plain: bool

    @property
    def matching(self) -> QuerySet[Feature]:
        """All of them: by their text, or because their name begins as typed."""
        return self.choose(self.projects).filter(self.match.whole)


class _Row(NamedTuple):
    """What the ranking says of one row. `shown` stands for `id`, which it may replace."""

    place: float | str
    shown: int
    id: int
    score: float
    by_text: float
    total: int
    found: int


def rank(candidates: Candidates, scope: Scope, *, sort: str, after: "Place | None", limit: int) -> Ranking:
    """One page of the candidates in their order, from the start or after a place."""
    try:
        sql, params = _statement(candidates, scope, sort, after, limit)
    except EmptyResultSet:  # the conditions exclude each other, which Django sees before PostgreSQL does
        return Ranking([], 0, is_exact=True)
    with database.cursor() as query:
        query.execute(sql, params)
        rows = [_Row(*row) for row in query.fetchall()]
    total, is_exact = (after.total, after.is_exact) if after else _total(rows)
    return Ranking(_with_facts(rows[:limit], candidates, scope), total, is_exact, has_more=len(rows) > limit)


def _with_facts(rows: list[_Row], candidates: Candidates, scope: Scope) -> list[Ranked]:
    if not rows:
        return []
    ids = [row.id for row in rows], [row.shown for row in rows]
    with database.cursor() as query:
        query.execute(_FACTS, [scope.actor.pk, list(scope.team_ids), candidates.projects, *ids, *ids])
        names = [column.name for column in query.description]
        facts = {one["id"]: one for one in (dict(zip(names, row, strict=True)) for row in query.fetchall())}
    return [_ranked(row, facts[row.shown]) for row in rows if row.shown in facts]  # one may just have been deleted


def _ranked(row: _Row, facts: dict[str, Any]) -> Ranked:
    weights = row.by_text, *(facts.pop(name) for name in _FACTORS)
    return Ranked(row.place, row.shown, row.score, weights, facts)


def _total(rows: list[_Row]) -> tuple[int, bool]:
    if not rows:
        return 0, True
    return min(rows[0].total, MAX_CANDIDATES), rows[0].found <= MAX_CANDIDATES


def _statement(candidates: Candidates, scope: Scope, sort: str, after: "Place | None", limit: int) -> Sql:
    order = SORTS[sort]
    base, found = _found(candidates, scope, sort)
    text, shown, where = _text(candidates.match), _shown(candidates, sort), _after(order, after)
    sql = _STATEMENT.format(
        followed=_FOLLOWED, base=base[0], factors=_REST, found=found[0], text=text[0], shown=shown[0], after=where[0],
        own_place=order.place or "NULL", place="place" if order.place else "by_text * by_rest",
        direction="DESC" if order.is_descending else "ASC",
    )  # fmt: skip
    teams = list(scope.team_ids)
    return sql, [scope.actor.pk, *base[1], *found[1], *shown[1], *text[1], teams, *where[1], limit + 1]


def _found(candidates: Candidates, scope: Scope, sort: str) -> tuple[Sql, Sql]:
    """The rows candidates are taken from, and how: those with the name, and as many others as may be ranked."""
    match = candidates.match
    if sort == "best" and match.text and match.names:
        begins, params = _begins(match)
        found = _FOUND_BY_TEXT.format(begins=begins, most=MAX_NAMED)
        found_params = [*params, *params, match.text, *params, MAX_CANDIDATES + 1]
        return _base(candidates, scope), (found, found_params)
    # Any order will do where the score decides: PostgreSQL may stop at the first ones it meets.
    chosen_by = () if sort == "best" and match.text else SORTS[sort].chosen_by
    rows = _rows(candidates.matching, sort).order_by(*chosen_by)[: MAX_CANDIDATES + 1]
    return sql_of(rows), (_FOUND, [])


def _base(candidates: Candidates, scope: Scope) -> Sql:
    """What the words are looked for in."""
    if candidates.is_plain:
        sql, params = kept("features", scope.actor, lambda: _rows(candidates.choose([A_NUMBER]), "best"))
        return sql, [candidates.projects if value == [A_NUMBER] else value for value in params]
    return sql_of(_rows(candidates.choose(candidates.projects).filter(candidates.match.condition), "best"))


def _rows(features: QuerySet[Feature], sort: str) -> QuerySet[Feature, Any]:
    newest = freshness.newest_event_at("view__") if sort == "fresh" else Value(None, output_field=DateTimeField())
    return features.order_by().annotate(newest=newest).values_list(*_COLUMNS)


def _begins(match: Match) -> Sql:
    return " OR ".join(["lower(name) LIKE %s"] * len(match.names)), [f"{like_escaped(name)}%" for name in match.names]


def _text(match: Match) -> Sql:
    """The factor of the text: whole name, beginning of the name, or how the words stand."""
    return (_TEXT, [match.rank, list(match.names)]) if match.rank else ("1", [])


def _shown(candidates: Candidates, sort: str) -> Sql:
    if not candidates.is_folding:
        return "id", []
    is_anywhere = sort == "best" and not candidates.has_filters
    among = "true" if is_anywhere else "successor.id IN (SELECT id FROM found)"
    return _SUCCESSOR.format(among=among), [list(candidates.match.names), candidates.projects]


def _after(order: Sort, after: "Place | None") -> Sql:
    if after is None:
        return "", []
    sign = "<" if order.is_descending else ">"
    return f"WHERE place {sign} %s OR (place = %s AND shown > %s)", [after.place, after.place, after.shown]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended, what the first one counted, and the query it was, which corrections may have changed."""

    sort: str
    place: float | str
    shown: int
    total: int
    is_exact: bool
    text: str


def next_cursor(ranking: Ranking, sort: str, text: str) -> str:
    """What asks for the next page; empty on the last one."""
    if not ranking.has_more:
        return ""
    last = ranking.rows[-1]
    told = [sort, last.place, last.shown, ranking.total, ranking.is_exact, text]
    return urlsafe_b64encode(orjson.dumps(told)).decode().rstrip("=")


def place_of(cursor: str, sort: str) -> Place:
    """What a cursor says.

    Raises:
        BadCursor: no search handed it out, or one with another sort.
    """
    try:
        told = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(*told)
    except (ValueError, TypeError):
        raise BadCursor("The cursor is not one that a search handed out.") from None
    kinds = (str, str if sort == "name" else float | int, int, int, bool, str)
    if not all(map(isinstance, told, kinds)) or place.sort != sort:
        raise BadCursor("The cursor belongs to another sort. Start again without it.")
    return place
