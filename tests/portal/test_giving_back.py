"""A neighbour is told what Charter knows, by the client that everybody uses: here another Charter's own door."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from lineage.models import Event
from portal.giving import give_back
from registry.choices import Visibility
from registry.models import AccessToken, Feature
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory
from tests.measured import measure

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def neighbour(live_server: Any, cast: SimpleNamespace, settings: Any) -> None:
    _, secret = AccessToken.objects.create(user=cast.service, name="charter", scopes=["lineage:write"])
    settings.CHARTER_OPENLINEAGE_URL, settings.CHARTER_OPENLINEAGE_API_KEY = live_server.url, secret


def measured(visibility: Visibility = Visibility.LISTED) -> Feature:
    project = ProjectFactory(visibility=visibility)
    store = ConnectionFactory(settings={"offline_url": "postgresql://db/dwh"})
    table = SourceFactory(project=project, kind="postgres", location="public.orders")
    view = ViewFactory(project=project, source=table, connection=store, description="Orders of users.")
    feature = FeatureFactory(view=view, name="amount", privacy_class="pseudonymous")
    FeatureFactory(view=view, name="unfinished", state="draft")
    measure(view, nulls=3)
    return feature


def since() -> Any:
    return timezone.now() - timedelta(hours=1)


def test_views_are_told_with_what_was_found(neighbour: None) -> None:
    feature = measured()
    assert give_back(since=since()) == 1
    told = json.loads(Event.objects.get().body)
    assert told["job"]["name"] == feature.view.key
    (table,), (made,) = told["inputs"], told["outputs"]
    assert (table["namespace"], table["name"]) == ("postgres://db:5432", "dwh.public.orders")
    quality = table["inputFacets"]["dataQualityMetrics"]
    assert quality["columnMetrics"]["amount"]["nullCount"] == 3
    assert quality["rowCount"]
    tags = made["facets"]["tags"]["tags"]
    assert [(tag["field"], tag["value"]) for tag in tags] == [("amount", "pseudonymous")]
    assert [field["name"] for field in made["facets"]["schema"]["fields"]] == ["amount"]


def test_values_stay(neighbour: None) -> None:
    measured()
    give_back(since=since())
    body = Event.objects.get().body
    for word in ("min", "max", "quantiles", "sum"):
        assert f'"{word}":' not in body.replace(f'"{word}":null', "").replace('"quantiles":{}', "")


def test_restricted_projects_stay(neighbour: None) -> None:
    measured(Visibility.RESTRICTED)
    assert give_back(since=since()) == 0
    assert not Event.objects.exists()


def test_what_was_not_measured_anew_is_not_told_again(neighbour: None) -> None:
    measured()
    assert give_back(since=timezone.now() + timedelta(hours=1)) == 0


def test_nobody_is_told_unless_somebody_is_named(cast: SimpleNamespace) -> None:
    measured()
    assert give_back(since=since()) == 0


def test_a_neighbour_that_is_away_stops_nothing(settings: Any, cast: SimpleNamespace) -> None:
    settings.CHARTER_OPENLINEAGE_URL = "http://127.0.0.1:1"
    measured()
    assert give_back(since=since()) == 0
