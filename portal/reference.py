"""The API reference: our own OpenAPI description as pages, each call with a command that works as pasted."""

from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from common.markdown import render as render_markdown
from common.markdown import render_line
from portal.api import description

Schema = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body. `where` is path, query, header or body."""

    name: str
    where: str
    type: str
    is_required: bool
    about: SafeString
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call."""

    slug: str
    method: str
    path: str
    group: str
    title: str
    about: SafeString
    fields: list[Field]
    answers: list[tuple[str, str]]

    @property
    def is_read(self) -> bool:
        return self.method == "GET"

    @property
    def curl(self) -> str:
        """The call as a command: $TOKEN and what stands in braces are to be filled in."""
        lines = ['curl --header "Authorization: Bearer $TOKEN"']
        if not self.is_read:
            lines[0] += f" --request {self.method}"
        body = {field.name: field.type for field in self.fields if field.where == "body" and field.is_required}
        if any(field.where == "body" for field in self.fields):
            lines.append('--header "Content-Type: application/json"')
            lines.append(f"--data '{orjson.dumps(body).decode()}'")
        return " \\\n  ".join([*lines, f'"{settings.CHARTER_BASE_URL}{self.path}"'])


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every call, by what it is about."""
    by_group = sorted(operations().values(), key=lambda one: one.group)
    groups = [(name, list(found)) for name, found in groupby(by_group, key=lambda one: one.group)]
    return render(request, "portal/docs/api.html", {"groups": groups})


@require_GET
def page(request: HttpRequest, operation: str) -> HttpResponse:
    return render(request, "portal/docs/operation.html", {"operation": _found(operation)})


@require_GET
def attempt(request: HttpRequest, operation: str) -> HttpResponse:
    """Go where a read with these parameters is answered. Nobody changes the registry by reading its manual."""
    one = _found(operation)
    if not one.is_read:
        raise Http404("Only reads can be tried out.")
    path, query = one.path, {}
    for field in one.fields:
        value = request.GET.get(field.name, "")
        if field.where == "path":
            path = path.replace(f"{{{field.name}}}", quote(value or f"{{{field.name}}}", safe=""))
        elif field.where == "query" and value:
            query[field.name] = value
    return redirect(f"{path}?{urlencode(query)}" if query else path)


def _found(slug: str) -> Operation:
    if slug not in operations():
        raise Http404("The API has no such call.")
    return operations()[slug]


@cache
def operations() -> dict[str, Operation]:
    """Every call of the API by its name, in the order of addresses."""
    document = orjson.loads(description())
    return {
        one["operationId"]: _operation(document, path, method, one)
        for path, methods in sorted(document["paths"].items())
        for method in _METHODS
        if (one := methods.get(method))
    }


def _operation(document: Schema, path: str, method: str, one: Schema) -> Operation:
    title, _, rest = one.get("description", "").partition("\n")
    answers = sorted(one["responses"].items())
    fields = [_parameter(_resolved(document, parameter)) for parameter in one.get("parameters", [])]
    return Operation(
        slug=one["operationId"], method=method.upper(), path=path, group=one["tags"][0],
        title=one.get("summary") or title, about=render_markdown(one.get("description", "")),
        fields=fields + _body(document, one),
        answers=[(status, _resolved(document, answer)["description"]) for status, answer in answers],
    )  # fmt: skip


def _parameter(parameter: Schema) -> Field:
    return _field(parameter["name"], parameter["in"], parameter["schema"], parameter.get("required", False),
                  parameter.get("description", ""))  # fmt: skip


def _body(document: Schema, one: Schema) -> list[Field]:
    content = one.get("requestBody", {}).get("content", {}).get("application/json", {})
    schema = _resolved(document, content.get("schema", {}))
    required = schema.get("required", [])
    members = [(name, _resolved(document, member)) for name, member in schema.get("properties", {}).items()]
    return [_field(name, "body", member, name in required, member.get("description", "")) for name, member in members]


def _resolved(document: Schema, part: Schema) -> Schema:
    """The part that a reference names; of a combination the first one counts."""
    while "$ref" in part or "allOf" in part:
        if "allOf" in part:
            part = part["allOf"][0]
            continue
        _, _, kind, name = part["$ref"].split("/")
        part = document["components"][kind][name]
    return part


def _field(name: str, where: str, schema: Schema, is_required: bool, about: str) -> Field:
    kind = "list" if schema.get("type") == "array" else schema.get("format") or schema.get("type", "any")
    return Field(name, where, kind, is_required, render_line(about), tuple(map(str, schema.get("enum", ()))))
