"""Every address of Charter. Each app lists its own."""

from django.urls import include, path

from portal import docs, preferences, reference
from portal.design import design_page
from portal.health import healthz, readyz
from portal.metrics import metrics
from portal.views import home

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.page_not_found"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"

own_pages = [
    path("", home, name="home"),
    path("settings/", preferences.page, name="settings"),
    path("docs/", docs.index, name="docs"),
    path("docs/api/", reference.index, name="api-docs"),
    path("docs/api/<slug:operation>/", reference.page, name="api-operation"),
    path("docs/api/<slug:operation>/try", reference.attempt, name="api-attempt"),
    path("docs/<slug:slug>/", docs.page, name="docs-page"),
]
urlpatterns = [
    path("docs/design/", design_page, name="design"),
    path("", include((own_pages, "portal"))),
    path("", include("registry.urls")),
    path("", include("monitoring.urls")),
    path("", include("lineage.urls")),
    path("", include("governance.urls")),
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", include("portal.api_urls")),
    path("accounts/", include("allauth.urls")),
    path("metrics", metrics),
]
