"""Lists on pages, by the same cursors as the API's. A page forgives: a cursor that is not ours shows the beginning."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

from common.pagination import Place, place
from common.problems import InvalidParameter

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the cursor after them; an empty cursor says that there are no more."""

    rows: list[Row]
    after: str


def page(rows: QuerySet[Row], *, order: tuple[str, ...], after: str = "", size: int = 50) -> Page[Row]:
    """The rows after cursor `after`, in `order`: names of fields that are never null, "-" before descending ones, the
    last one unique.
    """
    start = _start(order, after)
    found = list(rows.order_by(*order).filter(start.condition())[: size + 1])
    shown = found[:size]
    cursor = start.cursor(tuple(getattr(shown[-1], name) for name in start.names)) if len(found) > size else ""
    return Page(shown, cursor)


def _start(order: tuple[str, ...], after: str) -> Place:
    sorts, query = {",".join(order): order}, QueryDict(mutable=True)
    query["cursor"] = after
    try:
        return place(query, sorts)
    except InvalidParameter:
        return place(QueryDict(), sorts)
