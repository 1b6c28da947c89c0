"""What every endpoint has in common: who may call it, what it accepts, how it answers."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

import registry.openapi  # noqa: F401  registers how tokens are described
from common import etags, json
from common.fields import Selection, SerializerClass
from common.json import MergePatchParser, StrictJSONParser, read_at_most
from common.openapi import EndpointSchema
from common.parameters import Parameter, check, shape_parameters
from common.problems import Invalid, InvalidParameter
from common.selections import select
from common.spreadsheets import FormatNegotiation
from registry.api.writes import DRY_RUN
from registry.models import User
from registry.tokens import HasScope


class Endpoint(GenericAPIView):
    """One address of the API.

    `required_scopes` names the scope a token needs for each method, or several of which one will do. `parameters` lists
    the query parameters each method understands: any other is an error, because a mistyped filter that is ignored
    answers with the whole list.
    """

    required_scopes: ClassVar[Mapping[str, str | tuple[str, ...]]] = {}
    parameters: ClassVar[Mapping[str, tuple[Parameter, ...]]] = {}
    conditional_methods: ClassVar[tuple[str, ...]] = ()  # those that need If-Match
    other_problems: ClassVar[Mapping[str, tuple[int, ...]]] = {}  # statuses beside the usual ones
    permission_classes = [IsAuthenticated, HasScope]
    parser_classes = [StrictJSONParser, MergePatchParser]
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = FormatNegotiation
    pagination_class = None
    schema = EndpointSchema()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _gather_chunks(request._request)
        self._refuse_unknown(request)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[arg-type]
        if quota := getattr(request._request, "quota", None):
            for name, value in quota.headers.items():
                response[name] = value
        if "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-cache"
        patch_vary_headers(response, ("Authorization", "Cookie"))
        return response

    @property
    def actor(self) -> User:
        """The caller. Permissions have made sure that there is one."""
        return self.request.user  # type: ignore[return-value]

    def known_parameters(self, method: str) -> list[Parameter]:
        """The query parameters that this method understands."""
        is_shown = method == "GET" and self.serializer_class is not None
        can_be_tried = [DRY_RUN] if getattr(getattr(self, method.lower(), None), "is_write", False) else []
        shape = shape_parameters(self.shape()) if is_shown else []
        return [*self.parameters.get(method, ()), *can_be_tried, *shape]

    def selection(self) -> Selection:
        return select(self.request.query_params, self.shape())

    @classmethod
    def shape(cls) -> SerializerClass:
        """The declaration of what this endpoint shows."""
        return cls.serializer_class  # type: ignore[return-value]  # asked only where there is one

    def sent(self, serializer: SerializerClass) -> dict[str, Any]:
        """The body, checked by `serializer`. Call it after deciding that the caller may do this at all."""
        checked = serializer(data=self.request.data)
        checked.is_valid(raise_exception=True)
        if errors := list(_unknown_fields(checked, self.request.data)):
            raise Invalid(errors[0]["detail"], errors=errors)
        return checked.validated_data

    def answer(
        self, data: object, *, status: int = 200, revision: str = "0", headers: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """`data` as JSON with its entity tag; 304 without a body when the caller has it already."""
        body = data if isinstance(data, bytes) else json.dumps(data)
        tag = etags.etag(revision, body)
        is_read = self.request.method in ("GET", "HEAD")
        if is_read and status == 200 and etags.is_unchanged(self.request._request, tag):
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(body, status=status, content_type="application/json")
        response["ETag"] = tag
        for name, value in (headers or {}).items():
            response[name] = value
        return response

    def _refuse_unknown(self, request: Request) -> None:
        texts = [request.path, *(text for _, values in request.query_params.lists() for text in values)]
        if any("\x00" in text for text in texts):
            raise InvalidParameter("Addresses may not hold NUL characters.")
        method = "GET" if request.method == "HEAD" else str(request.method)
        parameters = self.known_parameters(method) if request.query_params else self.parameters.get(method, ())
        check(dict(request.query_params.lists()), parameters)


def _unknown_fields(checked: serializers.Serializer, data: Any, at: str = "") -> Iterator[dict[str, str]]:
    """What was sent beside the fields there are, inside fields that are objects too."""
    detail = f"There is no such field. Choose from: {', '.join(checked.fields)}."
    for name in sorted(data):
        field = checked.fields.get(name)
        if field is None:
            yield {"pointer": f"{at}/{name}", "code": "unknown_field", "detail": detail}
        elif isinstance(field, serializers.Serializer) and data[name] is not None:
            yield from _unknown_fields(field, data[name], f"{at}/{name}")


def _gather_chunks(request: HttpRequest) -> None:
    """A body sent in chunks has no length, which Django takes for an empty body. Read it, up to the limit."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "") and not request.META.get("CONTENT_LENGTH"):
        body = read_at_most(request.environ["wsgi.input"])  # type: ignore[attr-defined]  # WSGI has it
        request._stream = BytesIO(body)  # type: ignore[attr-defined]
        request.META["CONTENT_LENGTH"] = str(len(body))
