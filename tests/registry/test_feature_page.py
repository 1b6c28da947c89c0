"""The overview of a feature: what it says, what it does not know, and what it must not show."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Connection, Feature, Usage, Version
from tests.cast import page_as
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    EntityFactory,
    FeatureFactory,
    ProjectFactory,
    SourceFactory,
    ViewFactory,
)


@pytest.fixture
def connection(db: None) -> Connection:
    return ConnectionFactory(name="Feast production", measurements_due_at=timezone.now() + timedelta(minutes=9))


@pytest.fixture
def feature(cast: SimpleNamespace, connection: Connection) -> Feature:
    """payments.stats.avg_amount, served online, hourly, never measured."""
    project = ProjectFactory(name="payments", owner=cast.payments)
    view = ViewFactory(
        project=project, name="stats", connection=connection, source=SourceFactory(project=project, name="orders"),
        schedule_every=timedelta(hours=1), ttl=timedelta(days=7), is_online=True,
    )  # fmt: skip
    view.entities.add(EntityFactory(project=project, name="user", join_keys=["user_id"], value_type="int64"))
    return FeatureFactory(view=view, name="avg_amount", unit="EUR", is_online=True, version__unit="EUR")


def shown(user: Any, thing: Any, query: str = "") -> str:
    response = page_as(user).get(thing.get_absolute_url() + query)
    assert response.status_code == 200
    return response.content.decode()


def test_says_what_it_is_and_whom_to_ask(cast: SimpleNamespace, feature: Feature) -> None:
    html = shown(cast.viewer, feature)
    for text in (
        "avg_amount", "Mean amount of settled card transactions", "Payments Features", ">alice</a>",
        "limit 2 h", "every 1 h", "7 d", "user_id", "Feast production", "orders", "payments.stats.avg_amount@1", "EUR",
        "unknown: the store does not say",
    ):  # fmt: skip
        assert text in html, text


def test_unknown_is_unknown_with_why(cast: SimpleNamespace, feature: Feature) -> None:
    html = shown(cast.viewer, feature)
    assert "Not measured yet. Next pull at" in html
    assert "The registry records none." in html
    assert "Fresh<" not in html


def test_repeats_what_the_store_answered(cast: SimpleNamespace, feature: Feature, connection: Connection) -> None:
    connection.pulls.create(
        kind="measurements", state="partial", finished_at=timezone.now(),
        errors=[{"object": "payments.stats (source)", "reason": "orders.parquet is damaged.", "fix": "Rewrite it."}],
    )  # fmt: skip
    html = shown(cast.viewer, feature)
    assert "The offline store could not be read: orders.parquet is damaged." in html


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"is_enabled": False}, "is switched off"),
        ({"open_until": timezone.now() + timedelta(days=40)}, "Next pull at"),
        ({"measurements_due_at": timezone.now() - timedelta(hours=1)}, "Next pull is due now"),
    ],
)
def test_says_when_it_will_be_measured(
    cast: SimpleNamespace, feature: Feature, connection: Connection, facts: dict[str, Any], why: str
) -> None:
    Connection.objects.filter(pk=connection.pk).update(**facts)
    assert why in shown(cast.viewer, feature)


def test_a_chosen_version_is_shown_with_its_own_contract(cast: SimpleNamespace, feature: Feature) -> None:
    Version.objects.create(feature=feature, number=2, dtype="decimal", state="active")
    Feature.objects.filter(pk=feature.pk).update(number=2)
    html = shown(cast.viewer, feature, "?v=1")
    assert "You are looking at version 1." in html
    assert "stats@v1:avg_amount" in html
    assert "payments.stats.avg_amount@1" in html
    assert "stats@v" not in shown(cast.viewer, feature)
    assert page_as(cast.viewer).get(feature.get_absolute_url() + "?v=7").status_code == 404


def test_hidden_is_not_found(cast: SimpleNamespace, feature: Feature) -> None:
    feature.project.visibility = "restricted"
    feature.project.save()
    for path in ("", "versions/", "activity/", "health/", "health/trust", "health/ages.json"):
        address = feature.get_absolute_url() + path
        assert page_as(cast.viewer).get(address).status_code == 404, path
        assert page_as(cast.owner_a).get(address).status_code == 200, path


def test_a_draft_is_its_teams_business(cast: SimpleNamespace, feature: Feature) -> None:
    Feature.objects.filter(pk=feature.pk).update(state="draft")
    assert page_as(cast.owner_b).get(feature.get_absolute_url()).status_code == 404
    assert page_as(cast.owner_a).get(feature.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("name", ["with space", "rate/eur", "100%", "a.b", "..", "ünïcode", "q?x=1&y#z", "%2F"])
def test_any_name_has_an_address(cast: SimpleNamespace, name: str) -> None:
    feature = FeatureFactory(view=ViewFactory(name=f"view {name}"), name=name)
    html = shown(cast.viewer, feature)
    assert "Use this feature" in html
    assert page_as(cast.viewer).get(feature.view.get_absolute_url()).status_code == 200


def test_definitions_are_text(cast: SimpleNamespace, feature: Feature) -> None:
    feature.view.definition = "def f(x):\n    return '<script>alert(1)</script>'"
    feature.view.save()
    html = shown(cast.viewer, feature)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)" not in html


def test_as_many_queries_for_twenty_readers_as_for_one(cast: SimpleNamespace, feature: Feature) -> None:
    counts = []
    for number in (1, 19):
        for consumer in ConsumerFactory.create_batch(number, project=feature.project, team=cast.risk):
            Usage.objects.create(consumer=consumer, feature=feature, evidence="declared")
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get(feature.get_absolute_url()).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts
