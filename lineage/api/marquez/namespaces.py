"""`/namespaces` and `/sources`."""

from django.http import HttpResponse
from rest_framework.request import Request

from lineage.api.marquez.endpoints import PAGING, MarquezEndpoint, described, existing
from lineage.marquez.namespaces import namespace_told, namespaces, source_told, sources, spelled
from lineage.marquez.tags import tag_names
from registry.models import User


def namespace_named(actor: User, namespace: str) -> str:
    """Its name here. Raises NotFound where the actor sees nothing in it."""
    row = namespaces(actor).filter(namespace__in=spelled(namespace)).first()
    return existing(row, f"namespace {namespace}")["namespace"]


class NamespaceListView(MarquezEndpoint):
    """Marquez: the namespaces of what you see."""

    parameters = {"GET": PAGING}

    @described("namespaces")
    def get(self, request: Request) -> HttpResponse:
        rows = namespaces(self.actor)
        return self.answer_page("namespaces", rows, lambda found: [namespace_told(row) for row in found])


class NamespaceView(MarquezEndpoint):
    """Marquez: one namespace."""

    @described("namespace")
    def get(self, request: Request, namespace: str) -> HttpResponse:
        row = namespaces(self.actor).filter(namespace__in=spelled(namespace)).first()
        return self.answer(namespace_told(existing(row, f"namespace {namespace}")))


class SourceListView(MarquezEndpoint):
    """Marquez: the stores that datasets lie in, which are their namespaces."""

    parameters = {"GET": PAGING}

    @described("sources")
    def get(self, request: Request) -> HttpResponse:
        return self.answer_page("sources", sources(self.actor), lambda found: [source_told(row) for row in found])


class SourceView(MarquezEndpoint):
    """Marquez: one store that datasets lie in."""

    @described("source")
    def get(self, request: Request, source: str) -> HttpResponse:
        row = sources(self.actor).filter(namespace__in=spelled(source)).first()
        return self.answer(source_told(existing(row, f"source {source}")))


class TagListView(MarquezEndpoint):
    """Marquez: the tags that producers put on datasets, their columns and jobs."""

    parameters = {"GET": PAGING}

    @described("tags")
    def get(self, request: Request) -> HttpResponse:
        limit, offset = self.page()
        names = tag_names(self.actor)
        return self.answer({"tags": [{"name": name, "description": ""} for name in names[offset : offset + limit]]})
