"""Endpoints that list objects: by cursor, filtered, sorted, as JSON or CSV."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

import orjson
from django.conf import settings
from django.db import models
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django_filters import BooleanFilter, Filter, FilterSet
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from common.fields import Selection, json_text, shown
from common.filters import AnyOf
from common.json import OrjsonRenderer
from common.pagination import LARGEST_PAGE, LIMIT_SCHEMA, Place, Sorts, place
from common.parameters import Parameter
from common.problems import InvalidParameter
from common.spreadsheets import CsvRenderer, csv_response
from common.statements import A_NUMBER, A_TEXT, Statement
from registry.api.endpoints import Endpoint
from registry.models import Actor
from registry.standing import Standing, stand_in, standing

PAGING = (
    Parameter("limit", "Rows in a page. In CSV: all rows unless given.", LIMIT_SCHEMA),
    Parameter("cursor", "`next_cursor` of the page before."),
    Parameter("format", "A page of JSON, or every row as CSV.", choices=("json", "csv")),
)
# What stands for the last row's values in a compiled query, by the kind of column.
A_MOMENT = datetime(1, 1, 1, 11, 11, 11, 111111, tzinfo=UTC)
AN_ID = A_NUMBER + 1


class ListEndpoint(Endpoint):
    """Objects that the caller sees. `sorts` names the orders, the usual one first."""

    sorts: ClassVar[Sorts] = {"key": ("key",)}
    other_sorts: ClassVar[tuple[str, ...]] = ()  # that the endpoint does itself
    filterset_class: ClassVar[type[FilterSet] | None] = None
    renderer_classes = [OrjsonRenderer, CsvRenderer]

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Any]:
        """The rows that exist for `actor`."""
        raise NotImplementedError

    def get(self, request: Request, **kwargs: str) -> HttpResponseBase:
        start = place(request.query_params, self.sorts)
        if request.accepted_renderer.format == "csv":
            return self.spreadsheet(start)
        rows = self.page_rows(start)
        return self.page([row[0] for row in rows], [row[1:] for row in rows], start)

    def known_parameters(self, method: str) -> list[Parameter]:
        if method != "GET":
            return super().known_parameters(method)
        sort = Parameter("sort", "The order; `-` means descending.", choices=(*self.sorts, *self.other_sorts))
        filters = [described_filter(name, one) for name, one in self.filters().items()]
        return [*super().known_parameters(method), *PAGING, sort, *filters]

    @classmethod
    def filters(cls) -> Mapping[str, Filter]:
        return cls.filterset_class.base_filters if cls.filterset_class else {}

    def is_filtered(self) -> bool:
        return not self.filters().keys().isdisjoint(self.request.query_params)

    def filtered(self) -> QuerySet[Any]:
        """The visible rows that the query asks for. Raises InvalidParameter for a value that makes no sense."""
        rows = self.rows()
        if not self.is_filtered():
            return rows
        assert self.filterset_class is not None  # noqa: S101  is_filtered says so
        wanted = self.filterset_class(self.request.query_params, queryset=rows, request=self.request)
        if not wanted.is_valid():
            raise _invalid_filters(wanted)
        return wanted.qs

    def rows(self) -> QuerySet[Any]:
        """What the filters narrow."""
        return self.visible(self.actor)

    def page_rows(self, start: Place) -> list[tuple[Any, ...]]:
        """(JSON text, then the sorted columns) of the rows after `start`, one more than the page holds."""
        selection = self.selection()
        if selection.is_default and not self.is_filtered() and not self.kwargs:
            statement = _compiled(type(self), standing(self.actor), start.sort, start.limit, bool(start.after))
            after = {f"after{number}": value for number, value in enumerate(start.after)}
            return statement.rows(user=self.actor.pk, **after)
        return list(rows_of(type(self), self.filtered(), self.actor, selection, start)[: start.limit + 1])

    def page(self, texts: list[str], values: list[tuple[Any, ...]], start: Place) -> HttpResponse:
        """A page of rows given as JSON texts, with the cursor of the next one."""
        size = fitting(texts, start.limit)
        is_last = size == len(texts)
        cursor = None if is_last else start.cursor(values[size - 1])
        return self.rows_answer(texts[:size], cursor)

    def rows_answer(self, texts: list[str], cursor: str | None, **more: object) -> HttpResponse:
        """Rows given as JSON texts, the cursor of the next page in body and Link header, and more beside them."""
        data = {"data": [orjson.Fragment(text) for text in texts], "next_cursor": cursor, **more}
        return self.answer(data, headers={} if cursor is None else {"Link": self._link(cursor)})

    def spreadsheet(self, start: Place) -> HttpResponseBase:
        """Every row from `start` on, streamed; only `limit` of them when the query says so."""
        rows = rows_of(type(self), self.filtered(), self.actor, self.selection(), start)
        if "limit" in self.request.query_params:
            rows = rows[: start.limit]
        name = self.request.path.rstrip("/").rpartition("/")[2]
        return csv_response(shown(self.shape(), self.selection()), _parsed(rows), filename=f"{name}.csv")

    def _link(self, cursor: str) -> str:
        query = self.request.query_params
        there = query.copy()
        there["cursor"] = cursor
        return f'<{settings.CHARTER_BASE_URL}{self.request.path}?{there.urlencode()}>; rel="next"'


def fitting(texts: list[str], most: int) -> int:
    """How many of these rows make a page: at most `most`, and at least one however large it is."""
    size = 0
    for number, text in enumerate(texts[:most]):
        size += len(text)
        if size > LARGEST_PAGE and number:
            return number
    return min(len(texts), most)


def rows_of(
    endpoint: type[ListEndpoint], rows: QuerySet[Any], actor: Actor, selection: Selection, start: Place
) -> QuerySet[Any, tuple[Any, ...]]:
    """The query of a page, without its limit."""
    shape = json_text(endpoint.shape(), selection, actor)
    return rows.filter(start.condition()).order_by(*start.columns).values_list(shape, *start.names)


@lru_cache(maxsize=512)
def _compiled(endpoint: type[ListEndpoint], of: Standing, sort: str, limit: int, is_later_page: bool) -> Statement:
    actor = stand_in(of)
    visible = endpoint.visible(actor)
    columns = endpoint.sorts[sort]
    after = tuple(_stand_in_for(visible.model, name.lstrip("-")) for name in columns) if is_later_page else ()
    start = Place(sort, columns, after, limit)
    rows = rows_of(endpoint, visible, actor, Selection(), start)[: limit + 1]
    return Statement(rows, {A_NUMBER: "user", **{value: f"after{number}" for number, value in enumerate(after)}})


def _stand_in_for(model: type[models.Model], column: str) -> Any:
    match model._meta.get_field(column):
        case models.DateTimeField():
            return A_MOMENT
        case models.IntegerField():
            return AN_ID
    return A_TEXT


def described_filter(name: str, one: Filter) -> Parameter:
    """A filter as the description of the API lists it."""
    kind = OpenApiTypes.BOOL if isinstance(one, BooleanFilter) else OpenApiTypes.STR
    choices = one.extra.get("choices", ())
    values = tuple(value for value, _ in choices)
    return Parameter(name, one.extra.get("help_text", ""), kind, values, isinstance(one, AnyOf))


def _parsed(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    return (orjson.loads(text) for text, *_ in rows.iterator(chunk_size=2_000))


def _invalid_filters(wanted: FilterSet) -> InvalidParameter:
    errors = [
        {"parameter": name, "code": error["code"] or "invalid", "detail": error["message"]}
        for name, found in wanted.errors.get_json_data().items()
        for error in found
    ]
    return InvalidParameter("Some filters have values that make no sense.", errors=errors)
