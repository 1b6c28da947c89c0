"""Every address of the REST API, below /api/v1/."""

from django.urls import path

from registry.api import features

app_name = "api"
urlpatterns = [
    path("features", features.FeatureListView.as_view(), name="features"),
    path("features/<str:key>", features.FeatureView.as_view(), name="feature"),
]
