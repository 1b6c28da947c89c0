"""Every address of Charter. Each app lists its own."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("django_prometheus.urls")),
]
