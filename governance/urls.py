"""Addresses of governance's pages."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from governance.views import audit, deprecations

app_name = "governance"
urlpatterns = [
    path("audit/", audit.audit, name="audit"),
    path("deprecations/", deprecations.listing, name="deprecations"),
    path("deprecations/<name:reference>/", deprecations.page, name="deprecation"),
    path("deprecations/<name:reference>/extensions/<int:number>", deprecations.decide, name="extension-decide"),
    path("deprecations/<name:reference>/readers/<int:number>/waive", deprecations.waive, name="reader-waive"),
]
