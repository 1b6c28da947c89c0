"""How endpoints describe themselves: from the same declarations that they work by."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from common.fields import Resource
from common.problems import MEDIA_TYPE

_PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_READS = ("GET", "HEAD")


class FixSerializer(serializers.Serializer):
    message = serializers.CharField(help_text="What to do about it.")
    url = serializers.URLField(help_text="Where to do it, or where it is explained.")
    command = serializers.CharField(allow_blank=True, help_text="A command that does it, if there is one.")


class ProblemErrorSerializer(serializers.Serializer):
    pointer = serializers.CharField(required=False, help_text="JSON pointer (RFC 6901) of the field in the body.")
    parameter = serializers.CharField(required=False, help_text="Name of the query parameter.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """What went wrong, as RFC 9457 says it."""

    type = serializers.URLField(help_text="Where this kind of problem is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="The path that was asked for.")
    code = serializers.CharField(help_text="Names the kind of problem; does not change.")
    request_id = serializers.CharField(help_text="Found in our logs too.")
    fix = FixSerializer()
    errors = ProblemErrorSerializer(many=True, required=False)


def page_schema(rows: dict[str, Any]) -> dict[str, Any]:
    """The document around the rows of a list."""
    cursor = {"type": "string", "nullable": True, "description": "Asks for the next page; null on the last one."}
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {"data": rows, "next_cursor": cursor},
    }


class _Pages:
    """Stands where DRF has a paginator: ours is in the endpoint, this says what it answers."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return page_schema(schema)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []


class EndpointSchema(AutoSchema):
    """Adds to each operation what all endpoints do: parameters, tags, conditional headers, problems."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and hasattr(self.view, "sorts")

    def _get_paginator(self) -> Any:
        return _Pages() if hasattr(self.view, "sorts") else None

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"

    def map_renderers(self, attribute: str) -> list[str]:
        return ["application/json"] if attribute == "media_type" else []

    def map_parsers(self) -> list[str]:
        patch = ["application/merge-patch+json"] if self.method == "PATCH" else []
        return ["application/json", *patch]

    def get_summary(self) -> str:
        text: str = self.get_description()
        return text.split(". ")[0].split("\n")[0].rstrip(".")

    def get_description(self) -> str:
        text: str = super().get_description()
        named = self.view.required_scopes.get(self.method)
        scopes = " or ".join(f"`{one}`" for one in ([named] if isinstance(named, str) else named or []))
        return f"{text}\n\nA token needs the scope {scopes}." if named else text

    def get_override_parameters(self) -> list[OpenApiParameter]:
        parameters = [one.described() for one in self.view.known_parameters(self.method)]
        if self.method in self.view.conditional_methods:
            parameters.append(
                OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="ETag last read.")
            )
        if self._can_be_repeated():
            parameters.append(_REPEATING)
        if self.method in _READS:
            parameters.append(OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER, description="ETag held."))
        return parameters + _ANSWER_HEADERS

    def _can_be_repeated(self) -> bool:
        return self.method == "POST" and getattr(self.view.post, "is_write", False)

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """A body may hold nothing beside what is described; an answer may lack what was not asked for."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if direction == "request":
            return schema | {"additionalProperties": False}
        if isinstance(force_instance(serializer), Resource):
            schema.pop("required", None)
        return schema

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if self.method == "GET" and "csv" in {one.format for one in self.view.get_renderers()}:
            bodies["200"]["content"]["text/csv"] = {"schema": {"type": "string"}}
        if self.method == "GET":
            bodies["304"] = {"description": "You have it already."}
        self.resolve_serializer(ProblemSerializer, direction)
        return bodies | {status: self._problem(status) for status in self._problem_statuses()}

    def _problem(self, status: str) -> dict[str, Any]:
        """A reference to the one description of the problems with this status."""
        described = {"description": _PROBLEMS[status], "content": {MEDIA_TYPE: {"schema": _PROBLEM_REF}}}
        component = ResolvedComponent(f"Problem{status}", ResolvedComponent.RESPONSE, described, status)
        self.registry.register_on_missing(component)
        return component.ref

    def _problem_statuses(self) -> list[str]:
        statuses = ["400", "406", "429", "500"]
        if self.view.required_scopes:
            statuses += ["401", "403"]
        if "{" in self.path:
            statuses.append("404")
        if self._can_be_repeated():
            statuses += ["409", "422"]
        if self.method in self.view.conditional_methods:
            statuses += ["412", "428"]
        if self.method in ("POST", "PATCH", "PUT") and self.get_request_serializer() is not None:
            statuses += ["413", "415", "422"]
        return sorted({*statuses, *map(str, self.view.other_problems.get(self.method, ()))})


_PROBLEMS = {
    "400": "The query or the body cannot be understood.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The token lacks the scope, or its user the right.",
    "404": "No such thing for you.",
    "406": "No such format.",
    "409": "More than one thing has this name, or the same request is still being worked on.",
    "410": "It was here and is not kept any longer.",
    "412": "It has changed since you read it.",
    "413": "The body is too large.",
    "415": "No such content type.",
    "422": "Some values are not valid.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "500": "Something broke on our side.",
    "502": "The store could not be read.",
    "503": "All places are taken.",
}
_REPEATING = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    description="With the same key the same request is done once: for a day it gets the same answer again.",
)
_ANSWER_HEADERS = [
    OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200], description="Names this representation."),
    OpenApiParameter("RateLimit", str, OpenApiParameter.HEADER, response=[200], description="What is left."),
    OpenApiParameter("RateLimit-Policy", str, OpenApiParameter.HEADER, response=[200], description="The limit."),
]


class ComputedField(OpenApiSerializerFieldExtension):
    target_class = "common.fields.Computed"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return dict(auto_schema._map_serializer_field(self.target.like, direction))


class ExpandableField(OpenApiSerializerFieldExtension):
    target_class = "common.fields.Expandable"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        whole = auto_schema.resolve_serializer(self.target.serializer, direction).ref
        name = {"type": "string", "nullable": True}
        return {"oneOf": [name, whole]}


class ExpandableOneField(OpenApiSerializerFieldExtension):
    target_class = "common.fields.ExpandableOne"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return auto_schema.resolve_serializer(self.target.serializer, direction).ref


class ExpandableListField(OpenApiSerializerFieldExtension):
    target_class = "common.fields.ExpandableList"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return {"type": "array", "items": auto_schema.resolve_serializer(self.target.serializer, direction).ref}
