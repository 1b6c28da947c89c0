"""The API's description of itself, and what answers where there is nothing."""

from functools import cache
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from common.json import dumps
from common.parameters import Parameter
from common.problems import NotFound
from lineage.api.export import FORMATS, OpenLineage, Yaml
from lineage.api.export import ExportView as InFormats
from monitoring.alerts import dashboard, rules_of
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


class PrometheusRules(Yaml):
    """Names the format, so that `?format=` knows it."""

    format = "prometheus-rules"


class GrafanaDashboard(OpenLineage):
    """Names the format, so that `?format=` knows it."""

    format = "grafana-dashboard"


class ExportView(InFormats):
    """What the caller sees of the registry, in the format of another tool."""

    renderer_classes = [*InFormats.renderer_classes, PrometheusRules, GrafanaDashboard]
    parameters = {
        "GET": (
            Parameter(
                "format",
                "`openlineage` gives one JobEvent for each view, `yaml` files that `charter apply` takes, "
                "`odcs` data contracts of the Open Data Contract Standard 3.1, `prometheus-rules` alerts on the limits "
                "of each view, `grafana-dashboard` a dashboard of what `/metrics` tells.",
                choices=(*FORMATS, PrometheusRules.format, GrafanaDashboard.format),
                required=True,
            ),
            *InFormats.parameters["GET"][1:],
        )
    }

    @extend_schema(
        operation_id="export",
        responses={
            (200, "application/json"): {
                "anyOf": [{"type": "array", "items": {}}, {"type": "object", "additionalProperties": {}}]
            },
            (200, "application/yaml"): {"description": "YAML documents, or a file of rules."},
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        match request.accepted_renderer.format:
            case PrometheusRules.format:
                return StreamingHttpResponse(rules_of(self.views(request)), content_type="application/yaml")
            case GrafanaDashboard.format:
                return self.answer(dashboard())
        return super().get(request)


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
