"""Addresses of lineage's pages and panels."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from lineage.views import explorer, feature, nodes, panels, sayings, warning

app_name = "lineage"
urlpatterns = [
    path("lineage/", explorer.page, name="explorer"),
    path("lineage/graph.<slug:form>", explorer.export, name="graph-export"),
    path("a/<uuid:node>/", nodes.page, name="node"),
    path("a/<uuid:node>/say", sayings.say, name="say"),
    path("a/<uuid:node>/take-back", sayings.take_back, name="take-back"),
    path("a/<uuid:node>/impact/tell/", warning.page, name="tell"),
    path("a/<uuid:node>/runs/<uuid:run>/", nodes.run, name="run"),
    path("f/<name:project>/<name:view>/<name:feature>/lineage/", feature.page, name="feature-lineage"),
    path("v/<name:project>/<name:view>/lineage/names/", panels.names, name="names"),
    path("v/<name:project>/<name:view>/openlineage.json", panels.events, name="events"),
]
