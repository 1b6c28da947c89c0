"""Every address of Charter. Each app lists its own."""

from django.urls import include, path

from portal.design import design_page

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.page_not_found"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"

urlpatterns = [
    path("docs/design/", design_page, name="design"),
    path("accounts/", include("allauth.urls")),
    path("", include("django_prometheus.urls")),
]
