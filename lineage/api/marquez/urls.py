"""The addresses of Marquez's read API.

Namespaces are addresses themselves. Clients escape them once, which servers undo before Django sees the path: so a
namespace may hold slashes here, and ends before `/datasets` or `/jobs`. A name that holds one of these words between
slashes is found when it is escaped twice.
"""

from django.urls import path, register_converter

from common.names import NameConverter
from lineage.api.marquez import datasets, graph, history, jobs, namespaces


class NamespaceConverter(NameConverter):
    """`<namespace:namespace>`: slashes and all, up to what stands below it."""

    regex = r"(?:(?!/(?:datasets|jobs)(?:/|$)).)+"


class SlashedConverter(NameConverter):
    """`<slashed:dataset>`: a name with slashes, such as a path."""

    regex = ".+"


register_converter(NamespaceConverter, "namespace")
register_converter(SlashedConverter, "slashed")

_DATASET = "namespaces/<namespace:namespace>/datasets/<slashed:dataset>"
_JOB = "namespaces/<namespace:namespace>/jobs/<slashed:job>"
urlpatterns = [
    path("namespaces", namespaces.NamespaceListView.as_view(), name="marquez-namespaces"),
    path("namespaces/<namespace:namespace>/datasets", datasets.DatasetListView.as_view(), name="marquez-datasets"),
    path(f"{_DATASET}/versions", datasets.DatasetVersionListView.as_view(), name="marquez-dataset-versions"),
    path(f"{_DATASET}/versions/<name:version>", datasets.DatasetVersionView.as_view(), name="marquez-dataset-version"),
    path(_DATASET, datasets.DatasetView.as_view(), name="marquez-dataset"),
    path("namespaces/<namespace:namespace>/jobs", jobs.JobListView.as_view(), name="marquez-namespace-jobs"),
    path(f"{_JOB}/runs", jobs.RunListView.as_view(), name="marquez-job-runs"),
    path(f"{_JOB}/versions", jobs.JobVersionListView.as_view(), name="marquez-job-versions"),
    path(f"{_JOB}/versions/<name:version>", jobs.JobVersionView.as_view(), name="marquez-job-version"),
    path(_JOB, jobs.JobView.as_view(), name="marquez-job"),
    path("namespaces/<namespace:namespace>", namespaces.NamespaceView.as_view(), name="marquez-namespace"),
    path("sources", namespaces.SourceListView.as_view(), name="marquez-sources"),
    path("sources/<slashed:source>", namespaces.SourceView.as_view(), name="marquez-source"),
    path("tags", namespaces.TagListView.as_view(), name="marquez-tags"),
    path("jobs", jobs.EveryJobListView.as_view(), name="marquez-jobs"),
    path("jobs/runs/<name:run>", jobs.RunView.as_view(), name="marquez-run"),
    path("jobs/runs/<name:run>/facets", jobs.RunFacetsView.as_view(), name="marquez-run-facets"),
    path("column-lineage", graph.ColumnLineageView.as_view(), name="marquez-column-lineage"),
    path("runlineage/upstream", graph.UpstreamRunsView.as_view(), name="marquez-run-lineage"),
    path("events/lineage", history.RunEventListView.as_view(), name="marquez-events"),
    path("stats/lineage-events", history.EventStatsView.as_view(), name="marquez-event-stats"),
    path("stats/jobs", history.JobStatsView.as_view(), name="marquez-job-stats"),
    path("stats/datasets", history.DatasetStatsView.as_view(), name="marquez-dataset-stats"),
    path("stats/sources", history.SourceStatsView.as_view(), name="marquez-source-stats"),
]
