"""The API's description of itself, and what answers where there is nothing."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from common.json import dumps
from common.problems import NotFound
from registry.api.endpoints import Endpoint


@cache
def description() -> bytes:
    """The OpenAPI document. It does not change while the process lives."""
    return dumps(SchemaGenerator().get_schema(request=None, public=True))


class OpenApiView(Endpoint):
    """This document: every endpoint, in OpenAPI 3."""

    permission_classes = [AllowAny]
    throttle_classes = []

    @extend_schema(operation_id="openapi", responses={200: {"type": "object", "additionalProperties": {}}})
    def get(self, request: Request) -> HttpResponse:
        return self.answer(description())


class NothingView(Endpoint):
    """Every other address."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(
            "The API has no such address. Addresses have no slash at the end.",
            fix="GET /api/v1/openapi.json lists every address.",
            url="/api/v1/openapi.json",
        )
