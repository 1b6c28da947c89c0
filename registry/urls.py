"""Addresses of the registry's pages. One path a line, in the order of the site."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from registry.views import (
    compare,
    connections,
    consumers,
    feature_edits,
    feature_views,
    features,
    people,
    projects,
    pulls,
    search,
    sources,
    tokens,
)

app_name = "registry"
urlpatterns = [
    path("search", search.page, name="search"),
    path("search/suggest", search.suggestions, name="suggest"),
    path("f/<name:project>/<name:view>/<name:feature>/", features.overview, name="feature"),
    path("f/<name:project>/<name:view>/<name:feature>/versions/", features.versions, name="feature-versions"),
    path("f/<name:project>/<name:view>/<name:feature>/activity/", features.activity, name="feature-activity"),
    path("f/<name:project>/<name:view>/<name:feature>/follow/", features.follow, name="follow-feature"),
    path("f/<name:project>/<name:view>/<name:feature>/unfollow/", features.unfollow, name="unfollow-feature"),
    path("f/<name:project>/<name:view>/<name:feature>/describe/", feature_edits.describe, name="describe-feature"),
    path("v/<name:project>/<name:view>/", feature_views.page, name="feature-view"),
    path("v/<name:project>/<name:view>/slo/", feature_views.slo, name="change-slo"),
    path("compare", compare.page, name="compare"),
    path("teams/", people.teams, name="teams"),
    path("teams/<slug:slug>/", people.team, name="team"),
    path("people/<name:username>/", people.person, name="person"),
    path("p/", projects.listing, name="projects"),
    path("p/<name:project>/", projects.page, name="project"),
    path("c/<name:kind>/<name:name>/", consumers.page, name="consumer"),
    path("a/<name:project>/<name:source>/", sources.page, name="source"),
    path("connectors/", connections.listing, name="connections"),
    path("connectors/new", connections.new, name="connection-new"),
    path("connectors/<slug:slug>/", connections.page, name="connection"),
    path("connectors/<slug:slug>/change", connections.change, name="connection-change"),
    path("connectors/<slug:slug>/test", connections.test, name="connection-test"),
    path("connectors/<slug:slug>/preview", connections.preview, name="connection-preview"),
    path("connectors/<slug:slug>/pull", connections.pull, name="connection-pull"),
    path("connectors/<slug:slug>/switch", connections.switch, name="connection-switch"),
    path("jobs/<int:number>/", pulls.page, name="pull"),
    path("jobs/<int:number>/cancel", pulls.cancel, name="pull-cancel"),
    path("settings/tokens/", tokens.page, name="tokens"),
    path("settings/tokens/<slug:token>/revoke", tokens.revoke, name="token-revoke"),
]
