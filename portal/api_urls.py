"""Every address of the REST API, below /api/v1/."""

from django.urls import path, re_path

import common.names  # noqa: F401  registers <name:...>
from governance import api as governance
from lineage import api as lineage
from monitoring import api as monitoring
from portal import api as portal
from registry.api import (
    batches,
    connections,
    consumers,
    events,
    feature_views,
    features,
    history,
    lifecycle,
    me,
    operations,
    projects,
    search,
    teams,
    tokens,
    versions,
)

app_name = "api"
urlpatterns = [
    path("features", features.FeatureListView.as_view(), name="features"),
    path("features/batch-get", batches.BatchGetView.as_view(), name="features-batch-get"),
    path("features/resolve", search.ResolveView.as_view(), name="features-resolve"),
    path("features/<name:key>", features.FeatureView.as_view(), name="feature"),
    path("features/<name:key>/follow", features.FollowView.as_view(), name="feature-follow"),
    path("features/<name:key>/history", history.FeatureHistoryView.as_view(), name="feature-history"),
    path("features/<name:key>/versions", versions.VersionListView.as_view(), name="versions"),
    path("features/<name:key>/versions/<int:number>", versions.VersionView.as_view(), name="version"),
    path("features/<name:key>/versions/<int:number>/diff", lifecycle.DifferenceView.as_view(), name="version-diff"),
    path("features/<name:key>/versions/<int:number>/publish", lifecycle.PublishView.as_view(), name="version-publish"),
    path(
        "features/<name:key>/versions/<int:number>/deprecation",
        lifecycle.DeprecationView.as_view(),
        name="version-deprecation",
    ),
    path(
        "features/<name:key>/versions/<int:number>/can-retire",
        lifecycle.CanRetireView.as_view(),
        name="version-can-retire",
    ),
    path("features/<name:key>/versions/<int:number>/retire", lifecycle.RetireView.as_view(), name="version-retire"),
    path(
        "features/<name:key>/versions/<int:number>/quarantine",
        lifecycle.QuarantineView.as_view(),
        name="version-quarantine",
    ),
    path("features/<name:key>/health", monitoring.FeatureHealthView.as_view(), name="feature-health"),
    path(
        "features/<name:key>/measurements",
        monitoring.FeatureMeasurementsView.as_view(),
        name="feature-measurements",
    ),
    path("views", feature_views.ViewListView.as_view(), name="views"),
    path("views/<name:key>", feature_views.ViewView.as_view(), name="view"),
    path("views/<name:key>/history", history.ViewHistoryView.as_view(), name="view-history"),
    path("views/<name:key>/measurements", monitoring.ViewMeasurementsView.as_view(), name="view-measurements"),
    path("entities", projects.EntityListView.as_view(), name="entities"),
    path("entities/<name:key>", projects.EntityView.as_view(), name="entity"),
    path("projects", projects.ProjectListView.as_view(), name="projects"),
    path("projects/<name:name>", projects.ProjectView.as_view(), name="project"),
    path("teams", teams.TeamListView.as_view(), name="teams"),
    path("teams/<name:slug>", teams.TeamView.as_view(), name="team"),
    path("consumers", consumers.ConsumerListView.as_view(), name="consumers"),
    path("consumers/<name:key>", consumers.ConsumerView.as_view(), name="consumer"),
    path("consumers/<name:key>/features", consumers.ConsumerFeaturesView.as_view(), name="consumer-features"),
    path("search", search.SearchView.as_view(), name="search"),
    path("search/suggest", search.SuggestView.as_view(), name="search-suggest"),
    path("connections", connections.ConnectionListView.as_view(), name="connections"),
    path("connections/<name:slug>", connections.ConnectionView.as_view(), name="connection"),
    path("connections/<name:slug>/test", connections.ConnectionTestView.as_view(), name="connection-test"),
    path("connections/<name:slug>/preview", connections.ConnectionPreviewView.as_view(), name="connection-preview"),
    path("connections/<name:slug>/pull", connections.ConnectionPullView.as_view(), name="connection-pull"),
    path("operations", operations.OperationListView.as_view(), name="operations"),
    path("operations/<name:reference>", operations.OperationView.as_view(), name="operation"),
    path("operations/<name:reference>/cancel", operations.OperationCancelView.as_view(), name="operation-cancel"),
    path("operations/<name:reference>/events", events.OperationEventsView.as_view(), name="operation-events"),
    path("tokens", tokens.TokenListView.as_view(), name="tokens"),
    path("tokens/<name:id>", tokens.TokenView.as_view(), name="token"),
    path("me", me.MeView.as_view(), name="me"),
    path("health", monitoring.HealthListView.as_view(), name="health"),
    path("audit-log", governance.AuditLogView.as_view(), name="audit-log"),
    path("export", lineage.ExportView.as_view(), name="export"),
    path("openapi.json", portal.OpenApiView.as_view(), name="openapi"),
    re_path("", portal.NothingView.as_view()),
]
