"""Every address of the REST API, below /api/v1/."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from lineage import api as lineage
from registry.api import batches, consumers, feature_views, features, history, projects, teams, versions

app_name = "api"
urlpatterns = [
    path("features", features.FeatureListView.as_view(), name="features"),
    path("features/batch-get", batches.BatchGetView.as_view(), name="features-batch-get"),
    path("features/resolve", batches.ResolveView.as_view(), name="features-resolve"),
    path("features/<name:key>", features.FeatureView.as_view(), name="feature"),
    path("features/<name:key>/follow", features.FollowView.as_view(), name="feature-follow"),
    path("features/<name:key>/history", history.HistoryView.as_view(), name="feature-history"),
    path("features/<name:key>/versions", versions.VersionListView.as_view(), name="versions"),
    path("features/<name:key>/versions/<int:number>", versions.VersionView.as_view(), name="version"),
    path("views", feature_views.ViewListView.as_view(), name="views"),
    path("views/<name:key>", feature_views.ViewView.as_view(), name="view"),
    path("entities", projects.EntityListView.as_view(), name="entities"),
    path("entities/<name:key>", projects.EntityView.as_view(), name="entity"),
    path("projects", projects.ProjectListView.as_view(), name="projects"),
    path("projects/<name:name>", projects.ProjectView.as_view(), name="project"),
    path("teams", teams.TeamListView.as_view(), name="teams"),
    path("teams/<name:slug>", teams.TeamView.as_view(), name="team"),
    path("consumers", consumers.ConsumerListView.as_view(), name="consumers"),
    path("consumers/<name:key>", consumers.ConsumerView.as_view(), name="consumer"),
    path("consumers/<name:key>/features", consumers.ConsumerFeaturesView.as_view(), name="consumer-features"),
    path("export", lineage.ExportView.as_view(), name="export"),
]
