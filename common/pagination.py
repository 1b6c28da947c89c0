"""Lists by cursor: a page begins right after the last row of the one before, so deep pages cost what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db.models import Q
from django.http import QueryDict

from common.problems import InvalidParameter
from common.selections import unknown_choice

DEFAULT_LIMIT = 50
MOST = 200
LIMIT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
LARGEST_PAGE = 150_000  # bytes; a page that would be larger ends early and goes on with its cursor
_signer = signing.Signer(salt="charter.cursor")

Sorts = dict[str, tuple[str, ...]]  # name in the query -> columns, the last one unique; "-" for descending


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: how the list is sorted, after which values, and how many rows it may have."""

    sort: str
    columns: tuple[str, ...]
    after: tuple[Any, ...]
    limit: int

    @property
    def names(self) -> list[str]:
        return [column.lstrip("-") for column in self.columns]

    def condition(self) -> Q:
        """Rows behind the place."""
        return _behind(list(self.columns), list(self.after)) if self.after else Q()

    def cursor(self, values: tuple[Any, ...]) -> str:
        """The cursor of the page that begins after a row with these values."""
        return _signer.sign_object([self.sort, *map(_plain, values)])


def place(query: QueryDict, sorts: Sorts) -> Place:
    """The place that `sort`, `cursor` and `limit` name. Raises InvalidParameter."""
    sort = sort_of(query, tuple(sorts))
    return Place(sort, sorts[sort], _after(query.get("cursor", ""), sort, len(sorts[sort])), limit(query))


def sort_of(query: QueryDict, sorts: Sequence[str]) -> str:
    """The chosen order, the first one unless said. Raises InvalidParameter."""
    sort = query.get("sort") or sorts[0]
    if sort not in sorts:
        raise unknown_choice("sort", sort, list(sorts))
    return sort


def limit(query: QueryDict) -> int:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise _invalid("limit", f"A page has 1 to {MOST} rows.")
    return int(text)


def _after(cursor: str, sort: str, columns: int) -> tuple[Any, ...]:
    if not cursor:
        return ()
    try:
        named, *values = _signer.unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        raise _invalid("cursor", "This cursor was not made here. Take next_cursor of the page before.") from None
    if named != sort or len(values) != columns:
        raise _invalid("cursor", f"This cursor belongs to another order ({str(named)[:40]}).")
    return tuple(values)


def _behind(columns: list[str], values: list[Any]) -> Q:
    """(a, b) > (x, y), written so that an index on (a, b) can begin at x."""
    name, value = columns[0], values[0]
    way = "lt" if name.startswith("-") else "gt"
    beyond = Q(**{f"{name.lstrip('-')}__{way}": value})
    if not columns[1:]:
        return beyond
    return Q(**{f"{name.lstrip('-')}__{way}e": value}) & (beyond | _behind(columns[1:], values[1:]))


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | type(None)) else value.isoformat()


def _invalid(parameter: str, detail: str) -> InvalidParameter:
    return InvalidParameter(detail, errors=[{"parameter": parameter, "code": f"invalid_{parameter}", "detail": detail}])
