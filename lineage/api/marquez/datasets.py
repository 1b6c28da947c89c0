"""`/namespaces/{namespace}/datasets` and what lies below."""

from django.http import HttpResponse
from rest_framework.request import Request

from lineage.api.marquez.endpoints import PAGING, MarquezEndpoint, described, existing
from lineage.api.marquez.namespaces import namespace_named
from lineage.marquez.datasets import datasets_told, version_told
from lineage.marquez.nodes import dataset_named, datasets
from lineage.models import Node


class DatasetEndpoint(MarquezEndpoint):
    """What is asked of one dataset."""

    def found(self, namespace: str, dataset: str) -> Node:
        return existing(dataset_named(self.actor, namespace, dataset), f"dataset {namespace} {dataset}")


class DatasetListView(MarquezEndpoint):
    """Marquez: the datasets of a namespace, feature views and consumers among them."""

    parameters = {"GET": PAGING}

    @described("datasets")
    def get(self, request: Request, namespace: str) -> HttpResponse:
        rows = datasets(self.actor).filter(namespace=namespace_named(self.actor, namespace))
        return self.answer_page("datasets", rows, lambda found: datasets_told(found, self.actor))


class DatasetView(DatasetEndpoint):
    """Marquez: one dataset, by any name and spelling of its producers."""

    @described("dataset")
    def get(self, request: Request, namespace: str, dataset: str) -> HttpResponse:
        return self.answer(datasets_told([self.found(namespace, dataset)], self.actor)[0])


class DatasetVersionListView(DatasetEndpoint):
    """Marquez: the versions of a dataset. There is one, as it is now: what was told before is replaced, not kept."""

    parameters = {"GET": PAGING}

    @described("dataset_versions")
    def get(self, request: Request, namespace: str, dataset: str) -> HttpResponse:
        limit, offset = self.page()
        versions = [version_told(self.found(namespace, dataset), self.actor)]
        return self.answer({"versions": versions[offset : offset + limit], "totalCount": 1})


class DatasetVersionView(DatasetEndpoint):
    """Marquez: the one version of a dataset."""

    @described("dataset_version")
    def get(self, request: Request, namespace: str, dataset: str, version: str) -> HttpResponse:
        node = self.found(namespace, dataset)
        return self.answer(
            version_told(existing(node if str(node.pk) == version else None, "such version"), self.actor)
        )
