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
from common.statements import A_NUMBER, A_TEXT, Statement
from registry.api.endpoints import Endpoint
from registry.models import Actor
from registry.standing import Standing, stand_in, standing


class Shown(NamedTuple):
    """An object as the caller sees it: JSON text, and the name of the state that people edit."""

    text: str
    revision: str

    @property
    def data(self) -> dict[str, Any]:
        return orjson.loads(self.text)


class ObjectEndpoint(Endpoint):
    """One object, found by `key_column`. What the caller may not see is not found."""

    key_column: ClassVar[str] = "key"
    revision_columns: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def visible(cls, actor: Actor) -> QuerySet[Any]:
        """The rows that exist for `actor`."""
        raise NotImplementedError

    def get(self, request: Request, key: str) -> HttpResponse:
        shown = self.show(key)
        return self.answer(shown.text.encode(), revision=shown.revision, headers=self.headers_for(shown))

    def headers_for(self, shown: Shown) -> Mapping[str, str]:
        """What to say beside the body."""
        return {}

    def show(self, key: str, selection: Selection | None = None) -> Shown:
        """The object of this key. Raises NotFound."""
        selection = self.selection() if selection is None else selection
        if selection.is_default:
            rows = _compiled(type(self), standing(self.actor)).rows(key=key, user=self.actor.pk)
        else:
            rows = list(rows_of(type(self), self.actor, selection).filter(**{self.key_column: key})[:1])
        if not rows:
            raise NotFound
        text, *state = rows[0]
        return Shown(text, revision_of(*state))

    def find(self, key: str) -> Any:
        """The row itself, for an action to change. Raises NotFound."""
        row = self.visible(self.actor).filter(**{self.key_column: key}).first()
        if row is None:
            raise NotFound
        return row


def rows_of(endpoint: type[ObjectEndpoint], actor: Actor, selection: Selection) -> QuerySet[Any, tuple[Any, ...]]:
    assert endpoint.serializer_class is not None  # noqa: S101  an object without a shape cannot be shown
    shape = json_text(endpoint.serializer_class, selection, actor)
    return endpoint.visible(actor).order_by().values_list(shape, *endpoint.revision_columns)


@lru_cache(maxsize=512)
def _compiled(endpoint: type[ObjectEndpoint], of: Standing) -> Statement:
    rows = rows_of(endpoint, stand_in(of), Selection()).filter(**{endpoint.key_column: A_TEXT})
    return Statement(rows, {A_TEXT: "key", A_NUMBER: "user"})
