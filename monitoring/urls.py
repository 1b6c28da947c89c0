"""Addresses of monitoring's pages and panels."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from monitoring.views import (
    board,
    defaults,
    feature,
    incidents,
    marks,
    migration,
    panels,
    parity,
    references,
    serving,
    storage,
)

app_name = "monitoring"
_FEATURE = "f/<name:project>/<name:view>/<name:feature>/health/"
_VIEW = "v/<name:project>/<name:view>/health/"
_INCIDENT = "incidents/<name:reference>/"
urlpatterns = [
    path("incidents/", incidents.listing, name="incidents"),
    path(_INCIDENT, incidents.page, name="incident"),
    path(f"{_INCIDENT}acknowledge", incidents.acknowledge, name="incident-acknowledge"),
    path(f"{_INCIDENT}resolve", incidents.resolve, name="incident-resolve"),
    path(f"{_INCIDENT}mute", incidents.mute, name="incident-mute"),
    path(f"{_INCIDENT}reassign", incidents.reassign, name="incident-reassign"),
    path(f"{_INCIDENT}note", incidents.note, name="incident-note"),
    path(f"{_INCIDENT}runbook", incidents.runbook, name="incident-runbook"),
    path("migrations/", migration.listing, name="migrations"),
    path("migrations/<name:kind>/<name:name>/", migration.board, name="migration"),
    path("migrations/<name:kind>/<name:name>/move", migration.move, name="migration-move"),
    path("parity/", parity.listing, name="parities"),
    path("parity/new", parity.start, name="parity-start"),
    path("parity/<name:reference>/", parity.page, name="parity"),
    path("connectors/<slug:slug>/serving", serving.of_connection, name="serving"),
    path("connectors/<slug:slug>/serving/limits", serving.limit, name="limit-serving"),
    path("insights/storage", storage.page, name="storage"),
    path("health/", board.board, name="health"),
    path("health/sparklines", panels.sparklines, name="sparklines"),
    path("health/compare", panels.compare_trends, name="compare-trends"),
    path("f/<name:project>/<name:view>/<name:feature>/draft/measure", defaults.measure, name="measure-default"),
    path(_VIEW, board.day, name="view-day"),
    path(f"{_VIEW}reference", references.pin, name="pin-reference"),
    path(f"{_VIEW}reference/release", references.release, name="release-reference"),
    path(f"{_VIEW}incidents", marks.of_view, name="view-incidents"),
    path(f"{_VIEW}patience", marks.patience, name="view-patience"),
    path(f"{_VIEW}serving", serving.of_view, name="view-serving"),
    path(f"{_VIEW}trends", panels.view_trends, name="view-trends"),
    path(_FEATURE, feature.page, name="feature-health"),
    path(f"{_FEATURE}trust", panels.trust, name="feature-trust"),
    path(f"{_FEATURE}<slug:name>.json", feature.figure, name="feature-figure"),
]
