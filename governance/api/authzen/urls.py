"""Addresses as the specification has them by default."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from governance.api.authzen import describing, discovery, evaluating, requesting, searching

app_name = "authzen"
urlpatterns = [
    path("access/v1/evaluation", evaluating.EvaluationView.as_view(), name="evaluation"),
    path("access/v1/evaluations", evaluating.EvaluationsView.as_view(), name="evaluations"),
    path("access/v1/search/subject", searching.SubjectSearchView.as_view(), name="search-subject"),
    path("access/v1/search/resource", searching.ResourceSearchView.as_view(), name="search-resource"),
    path("access/v1/search/action", searching.ActionSearchView.as_view(), name="search-action"),
    path("access/v1/requests", requesting.RequestsView.as_view(), name="requests"),
    path("access/v1/requests/schema", describing.RequestSchemaView.as_view(), name="request-schema"),
    path("access/v1/requests/<name:number>", requesting.TaskView.as_view(), name="task"),
    path("access/v1/requests/<name:number>/cancel", requesting.TaskCancelView.as_view(), name="task-cancel"),
    path(".well-known/authzen-configuration", discovery.ConfigurationView.as_view(), name="configuration"),
]
