"""The registry in the formats of others: `GET /export`."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.json import OrjsonRenderer
from common.parameters import Parameter
from lineage.api.formats import OpenLineage
from registry.api.endpoints import Endpoint
from registry.choices import Scope
from registry.models import FeatureView
from registry.plans.export import contracts_of, yaml_of


class Yaml(OrjsonRenderer):
    """Names the format, so that `?format=` knows it."""

    format = "yaml"
    media_type = "application/yaml"


class Odcs(Yaml):
    """Names the format, so that `?format=` knows it."""

    format = "odcs"


FORMATS = (OpenLineage.format, Yaml.format, Odcs.format)
WRITERS = {Yaml.format: yaml_of, Odcs.format: contracts_of}


class ExportView(Endpoint):
    """What the caller sees of the registry, in the format of another tool."""

    renderer_classes = [OpenLineage, Yaml, Odcs]
    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {
        "GET": (
            Parameter(
                "format",
                "`openlineage` gives one JobEvent for each view, `yaml` files that `charter apply` takes, "
                "`odcs` data contracts of the Open Data Contract Standard 3.1.",
                choices=FORMATS,
                required=True,
            ),
            Parameter("project", "Only views of this project."),
            Parameter("view", "Only the view with this key, as in `payments.user_txn_stats`."),
        )
    }

    @extend_schema(
        operation_id="export",
        responses={
            (200, "application/json"): {"type": "array", "items": {}},
            (200, "application/yaml"): {"description": "YAML documents, one for each view."},
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        if write := WRITERS.get(request.accepted_renderer.format):
            return StreamingHttpResponse(write(self.views(request), self.actor), content_type="application/yaml")
        from lineage.telling import job_events

        events = job_events(self.views(request), self.actor)
        return StreamingHttpResponse(_array(events), content_type="application/json")

    def views(self, request: Request) -> QuerySet[FeatureView]:
        views = FeatureView.objects.visible_to(self.actor).present().order_by("key")
        if project := request.query_params.get("project"):
            views = views.filter(project__name=project)
        if view := request.query_params.get("view"):
            views = views.filter(key=view)
        return views


def _array(events: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """A JSON array, one element at a time, so that a large registry is never held whole."""
    between = b"["
    for event in events:
        yield between + orjson.dumps(event)
        between = b","
    yield b"[]" if between == b"[" else b"]"
