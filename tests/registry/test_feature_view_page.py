"""The page of a feature view: its features, its three times, its readers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from registry.models import FeatureView, Usage
from tests.cast import page_as
from tests.factories import ConsumerFactory, EntityFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    project = ProjectFactory(name="payments", owner=cast.payments)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    view = ViewFactory(
        project=project, name="stats", source=SourceFactory(project=project, name="orders"), is_online=True,
        declared_until=noon, source_until=noon - timedelta(hours=1), served_until=noon - timedelta(hours=3),
        source_read_at=noon, served_read_at=noon, definition="SELECT avg(amount)", health="crit",
        health_reasons=["The newest event in the online store is older than the limit of 2 h."],
        description="Card transactions", tags={"tier": "1"},
    )  # fmt: skip
    view.entities.add(EntityFactory(project=project))
    return view


def html(user: object, view: FeatureView, query: str = "") -> str:
    response = page_as(user).get(view.get_absolute_url() + query)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_says_what_its_features_share(cast: SimpleNamespace, view: FeatureView) -> None:
    feature = FeatureFactory(view=view, name="avg_amount")
    Usage.objects.create(consumer=ConsumerFactory(name="ranker"), feature=feature, evidence="declared")
    text = html(cast.viewer, view)
    for words in (
        "Card transactions", "avg_amount", "ranker", "orders", "user_id", "tier=1", "SELECT avg(amount)",
        "The newest event in the online store is older than the limit of 2 h.", "Payments Features",
    ):  # fmt: skip
        assert words in text, words


def test_three_times_disagree_in_words(cast: SimpleNamespace, view: FeatureView) -> None:
    text = html(cast.viewer, view)
    assert "The registry declares 1 h more than the source holds." in text
    assert "The registry declares 3 h more than the online store serves." in text
    assert "The online store is 2 h behind the source." in text


def test_pages_its_features(cast: SimpleNamespace, view: FeatureView) -> None:
    for number in range(60):
        FeatureFactory(view=view, name=f"f{number:02}")
    text = html(cast.viewer, view)
    assert "60 features" in text
    assert text.count("data-row") == 50
    after = text.split("?after=")[1].split('"')[0]
    rest = html(cast.viewer, view, f"?after={after}")
    assert rest.count("data-row") == 10
    assert "f59" in rest
    assert "f49" not in rest
    assert html(cast.viewer, view, "?after=nonsense").count("data-row") == 50


def test_as_a_spreadsheet(cast: SimpleNamespace, view: FeatureView) -> None:
    FeatureFactory(view=view, name="=cmd()", description="=1+1", null_rate=0.25)
    lines = page_as(cast.viewer).get(f"{view.get_absolute_url()}?format=csv").getvalue().decode().splitlines()
    assert lines[0] == "key,description,dtype,unit,state,privacy_class,null_rate,health,models_count"
    assert lines[1] == "payments.stats.=cmd(),'=1+1,float64,,active,,0.25,unknown,0"


def test_gone_stays_and_says_so(cast: SimpleNamespace, view: FeatureView) -> None:
    view.gone_at = datetime(2026, 3, 2, tzinfo=UTC)
    view.save()
    assert "Gone from its store." in html(cast.viewer, view)


def test_hidden_is_not_found(cast: SimpleNamespace, view: FeatureView) -> None:
    view.project.visibility = "restricted"
    view.project.save()
    for path in ("", "?format=csv", "health/", "health/trends"):
        assert page_as(cast.viewer).get(view.get_absolute_url() + path).status_code == 404, path
        assert page_as(cast.owner_a).get(view.get_absolute_url() + path).status_code == 200, path
    assert page_as(cast.viewer).post(f"{view.get_absolute_url()}slo/").status_code == 404


def test_as_many_queries_for_twenty_features_as_for_one(cast: SimpleNamespace, view: FeatureView) -> None:
    counts = []
    for number in (1, 19):
        for feature in FeatureFactory.create_batch(number, view=view):
            Usage.objects.create(consumer=ConsumerFactory(team=cast.risk), feature=feature, evidence="declared")
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get(view.get_absolute_url()).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts
