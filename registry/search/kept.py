"""SQL that is the same for everybody of one standing: compiled once, run many times.

Django needs longer to compile the rule of visibility than PostgreSQL needs to apply it. What a person sees follows from
their roles and teams alone, so those are the key; the rows are asked for anew each time.
"""

from collections.abc import Callable, Hashable
from contextlib import closing
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from common.statements import prepared_cursor
from registry.models import Actor, Project, User
from registry.standing import standing

Sql = tuple[str, list[Any]]
MOST = 500
_KEPT: dict[Hashable, Sql] = {}


def kept(name: str, actor: Actor, rows: Callable[[], QuerySet[Any, Any]]) -> Sql:
    """The SQL of `rows()`, which must follow from `name` and from what `actor` sees, and from nothing else."""
    if not isinstance(actor, User) or not actor.is_active:  # they see nothing, whatever their standing was
        return sql_of(rows())
    key = (name, standing(actor))
    if key not in _KEPT:
        if len(_KEPT) >= MOST:
            _KEPT.clear()
        _KEPT[key] = sql_of(rows())
    return _KEPT[key]


def visible_projects(actor: Actor) -> list[int]:
    """Ids of the projects that the actor sees."""
    try:
        sql, params = kept("projects", actor, lambda: Project.objects.visible_to(actor).order_by().values("pk"))
    except EmptyResultSet:
        return []
    with closing(prepared_cursor()) as cursor:
        cursor.execute(sql, params)
        return [pk for (pk,) in cursor.fetchall()]


def sql_of(rows: QuerySet[Any, Any]) -> Sql:
    sql, params = rows.query.sql_with_params()
    return sql, list(params)
