"""Endpoints that show one object."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

import orjson
from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from common.etags import revision_of
from common.fields import Selection, json_text
from common.problems import NotFound
from common.statements import A_COUNT, A_NUMBER, A_TEXT, Statement
from registry.api.endpoints import Endpoint
from registry.models import Actor
from registry.standing import Standing, stand_in, standing


class Shown(NamedTuple):
    """An object as the caller sees it: JSON text, and the facts beside it that the answer's headers need."""

    text: str
    facts: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        return orjson.loads(self.text)


class ObjectEndpoint(Endpoint):
    """One object. What the caller may not see is not found.

    `lookup` says which column each part of the address names, `revision_columns` which columns change when people edit
    the object, `fact_columns` what else is read beside the JSON.
    """

    lookup: ClassVar[Mapping[str, str]] = {"key": "key"}
    revision_columns: ClassVar[tuple[str, ...]] = ()
    fact_columns: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Any]:
        """The rows that exist for `actor`."""
        raise NotImplementedError

    def get(self, request: Request, **address: Any) -> HttpResponse:
        return self.answer_shown(self.show(**address))

    def answer_shown(self, shown: Shown, *, status: int = 200) -> HttpResponse:
        revision = revision_of(*(shown.facts[name] for name in self.revision_columns))
        return self.answer(shown.text.encode(), status=status, revision=revision, headers=self.headers_for(shown))

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        """What to say beside the body."""
        return {}

    def show(self, *, selection: Selection | None = None, **address: Any) -> Shown:
        """The object at this address. Raises NotFound."""
        selection = self.selection() if selection is None else selection
        if selection.is_default:
            rows = _compiled(type(self), standing(self.actor)).rows(user=self.actor.pk, **address)
        else:
            rows = list(shown_rows(type(self), self.actor, selection).filter(**self.found_by(address))[:2])
        if len(rows) != 1:
            raise NotFound
        text, *facts = rows[0]
        return Shown(text, dict(zip([*self.revision_columns, *self.fact_columns], facts, strict=True)))

    def find(self, **address: Any) -> Any:
        """The row itself, for an action to change. Raises NotFound."""
        row = self.visible(self.actor).filter(**self.found_by(address)).first()
        if row is None:
            raise NotFound
        return row

    @classmethod
    def found_by(cls, address: Mapping[str, Any]) -> dict[str, Any]:
        return {cls.lookup[name]: value for name, value in address.items()}


def shown_rows(endpoint: type[ObjectEndpoint], actor: Actor, selection: Selection) -> QuerySet[Any, tuple[Any, ...]]:
    """(JSON text, revision columns, fact columns) of every visible row."""
    shape = json_text(endpoint.shape(), selection, actor)
    columns = [*endpoint.revision_columns, *endpoint.fact_columns]
    return endpoint.visible(actor).order_by().values_list(shape, *columns)


@lru_cache(maxsize=512)
def _compiled(endpoint: type[ObjectEndpoint], of: Standing) -> Statement:
    """Parts of an address are texts, but for numbers, which are looked up in columns called so."""
    address = {name: A_COUNT if name == "number" else f"{A_TEXT}{name}" for name in endpoint.lookup}
    rows = shown_rows(endpoint, stand_in(of), Selection()).filter(**endpoint.found_by(address))
    return Statement(rows, {A_NUMBER: "user", **{value: name for name, value in address.items()}})
