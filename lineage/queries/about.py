"""What lineage knows of one node: names, columns, facets, runs, and who says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from lineage.folding.standing import standing
from lineage.models import ColumnEdge, Node, NodeKind, Run, TableChange
from lineage.queries.measured import Measured, checks_of, measured
from registry.models import User

MOST_RUNS = 30
MOST_COLUMNS = 500
MOST_TRIED = 3
# Source code and what a failure printed may hold what is none of everybody's business.
CODE = {"sql": "query", "sourceCode": "sourceCode"}


@dataclass(slots=True)
class Column:
    """A column, and what it is made of and goes into, as far as somebody says."""

    name: str
    dtype: str = ""
    description: str = ""
    sources: list[ColumnEdge] = field(default_factory=list)
    targets: list[ColumnEdge] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class About:
    names: list[tuple[str, str]]
    facets: dict[str, dict[str, Any]]
    measured: list[Measured]
    columns: list[Column]
    description: str
    owners: list[str]
    tags: list[str]


def about(node: Node, actor: User, members: Iterable[Node]) -> About:
    """Of the node and of everything that is the same; of its columns, only ways to and from what the actor sees."""
    members = sorted(members, key=lambda one: one.pk != node.same_as_id)
    facets = facets_of(members)
    names = [(one.namespace, one.name) for one in members]
    names += [(line[0], line[2]) for one in members for line in (text.partition("\n") for text in one.spellings)]
    return About(
        list(dict.fromkeys(names)), facets, measured(members), _columns(node, facets.get("schema", {}), actor),
        _text(facets.get("documentation", {}).get("description")), list(_owners(facets)), list(_tags(facets)),
    )  # fmt: skip


def facets_of(members: Sequence[Node]) -> dict[str, dict[str, Any]]:
    """The facets that hold of nodes that are the same. Where two say something, the earlier one counts."""
    facets: dict[str, dict[str, Any]] = {}
    for member in reversed(members):
        facets |= standing(member.facets, member.picture)
    return facets


def changes_of(ids: Sequence[int]) -> list[TableChange]:
    """What was said to have happened to a table as a whole, newest first."""
    rows = TableChange.objects.filter(pk__in=ids).select_related("node", "before") if ids else ()
    return list(rows)


def runs_of(node: Node) -> QuerySet[Run]:
    """Runs of a job, newest first, without what their producers say beside."""
    return Run.objects.filter(job=node).told_once().defer("facets", "picture", "marks")


def newest_tests(job: Node) -> list[Measured]:
    """What the newest run of a job found that tested anything, of the last few."""
    if job.kind != NodeKind.JOB:
        return []
    runs = Run.objects.filter(job=job).only("id", "facets")[:MOST_TRIED]
    return next(filter(None, map(checks_of, runs)), [])


def may_see_code(user: User) -> bool:
    """Owners, administrators and auditors: those who answer for data, or for those who do."""
    return user.is_admin or bool(user.team_ids) or "auditor" in user.role_names


def code_of(facets: dict[str, dict[str, Any]]) -> str:
    return next((_text(facets[name].get(key)) for name, key in CODE.items() if name in facets), "")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs, in the words of its scheduler."""

    words: str
    next_run_at: datetime | None
    is_paused: bool


def schedule_of(facets: dict[str, dict[str, Any]]) -> Schedule | None:
    """What a scheduler that was asked said of a job."""
    held = facets.get("charter_schedule")
    if held is None:
        return None
    try:
        next_run_at = parse_datetime(_text(held.get("next_run_at")))
    except ValueError:
        next_run_at = None
    return Schedule(_text(held.get("schedule")), next_run_at, held.get("is_paused") is True)


def error_of(run: Run) -> str:
    held = run.facets.get("errorMessage", {}).get("body", {})
    return _text(held.get("message"))


def _columns(node: Node, schema: dict[str, Any], actor: User) -> list[Column]:
    found: dict[str, Column] = {}
    for one in schema.get("fields", []) if isinstance(schema.get("fields"), list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            found[one["name"]] = Column(one["name"], _text(one.get("type")), _text(one.get("description")))
    seen = Node.objects.visible_to(actor)
    edges = ColumnEdge.objects.filter(
        Q(source=node.same_as_id, target__in=seen) | Q(target=node.same_as_id, source__in=seen)
    )
    edges = edges.select_related("source", "target").order_by("source_column", "target_column", "pk")
    for edge in edges[: MOST_COLUMNS * 4]:
        if edge.target_id == node.same_as_id:
            found.setdefault(edge.target_column, Column(edge.target_column)).sources.append(edge)
        else:
            found.setdefault(edge.source_column, Column(edge.source_column)).targets.append(edge)
    return list(found.values())[:MOST_COLUMNS]


def _owners(facets: dict[str, dict[str, Any]]) -> Iterable[str]:
    owners = facets.get("ownership", {}).get("owners")
    for one in owners if isinstance(owners, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield one["name"]


def _tags(facets: dict[str, dict[str, Any]]) -> Iterable[str]:
    tags = facets.get("tags", {}).get("tags")
    for one in tags if isinstance(tags, list) else ():
        if isinstance(one, dict) and isinstance(one.get("key"), str):
            column = one.get("field")
            yield f"{column}: " * bool(column) + tag_text(one)


def tag_text(tag: dict[str, Any]) -> str:
    """A tag of a facet as people read it."""
    key, value = tag["key"], tag.get("value")
    return f"{key}={value}" if value != key else str(key)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
