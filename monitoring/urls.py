"""Addresses of monitoring's pages and panels."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from monitoring.views import board, defaults, feature, panels, references

app_name = "monitoring"
_FEATURE = "f/<name:project>/<name:view>/<name:feature>/health/"
_VIEW = "v/<name:project>/<name:view>/health/"
urlpatterns = [
    path("health/", board.board, name="health"),
    path("health/sparklines", panels.sparklines, name="sparklines"),
    path("health/compare", panels.compare_trends, name="compare-trends"),
    path("f/<name:project>/<name:view>/<name:feature>/draft/measure", defaults.measure, name="measure-default"),
    path(_VIEW, board.day, name="view-day"),
    path(f"{_VIEW}reference", references.pin, name="pin-reference"),
    path(f"{_VIEW}reference/release", references.release, name="release-reference"),
    path(f"{_VIEW}trends", panels.view_trends, name="view-trends"),
    path(_FEATURE, feature.page, name="feature-health"),
    path(f"{_FEATURE}trust", panels.trust, name="feature-trust"),
    path(f"{_FEATURE}<slug:name>.json", feature.figure, name="feature-figure"),
]
