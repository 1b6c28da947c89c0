"""What the endpoints that answer as Marquez does have in common: scope, pages, and how they are described."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from common.parameters import Parameter
from common.problems import NotFound
from lineage.api.graph import number
from registry.api.endpoints import Endpoint
from registry.choices import Scope

Row = TypeVar("Row")
MOST_ROWS = 1_000
MOST_SKIPPED = 2_147_483_647
SPECIFICATION = "https://github.com/MarquezProject/marquez/blob/main/spec/openapi.yml"
PAGING = (
    Parameter(
        "limit", "Rows in a page.", {"type": "integer", "minimum": 0, "maximum": MOST_ROWS, "default": 100}
    ),
    Parameter("offset", "How many rows to skip.", {"type": "integer", "minimum": 0, "maximum": MOST_SKIPPED}),
)  # fmt: skip
_ANSWER = {
    "type": "object",
    "additionalProperties": {},
    "description": f"As Marquez answers: its specification describes every field, {SPECIFICATION}",
}
_LIST = {"type": "array", "items": _ANSWER}


class MarquezEndpoint(Endpoint):
    """An address of Marquez's that is read."""

    required_scopes = {"GET": Scope.FEATURES_READ}

    def answer_page(self, name: str, rows: QuerySet[Any, Row], told: Callable[[Sequence[Row]], object]) -> HttpResponse:
        """A page of the rows, and how many there are in all."""
        limit, offset = self.page()
        found = list(rows[offset : offset + limit])
        return self.answer({name: told(found), "totalCount": rows.count()})

    def page(self) -> tuple[int, int]:
        """How many rows are asked for, and how many are skipped. Raises InvalidParameter."""
        query = self.request.query_params
        return number(query, "limit", 100, MOST_ROWS), number(query, "offset", 0, MOST_SKIPPED)


def described(operation: str, *, is_list: bool = False) -> Callable[[Any], Any]:
    """How the API's description names such an endpoint. Marquez's own specification says what is in an answer."""
    return extend_schema(
        operation_id=f"marquez_{operation}", tags=["marquez"], responses={200: _LIST if is_list else _ANSWER},
        external_docs={"url": SPECIFICATION, "description": "Marquez's specification"},
    )  # fmt: skip


def existing(found: Row | None, what: str) -> Row:
    """What was found. Raises NotFound."""
    if found is None:
        raise NotFound(f"Lineage knows no {what[:200]}.", fix="Ask for the names that its producer writes.")
    return found
