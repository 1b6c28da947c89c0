"""Addresses of lineage's pages and panels."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from lineage import views

app_name = "lineage"
urlpatterns = [
    path("v/<name:project>/<name:view>/lineage/names/", views.names, name="names"),
    path("v/<name:project>/<name:view>/openlineage.json", views.events, name="events"),
]
