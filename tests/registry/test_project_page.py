"""Projects, their sources and their consumers."""

from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Project, Usage
from tests.cast import page_as
from tests.factories import ConsumerFactory, EntityFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory


@pytest.fixture
def project(cast: SimpleNamespace) -> Project:
    """payments: orders feeds stats (through a push in front of it), which ranker reads."""
    project = ProjectFactory(
        name="payments", owner=cast.payments, description="Cards and transfers",
        upstream_facts={
            "permissions": [{"name": "readers", "types": ["FEATURE_VIEW"], "name_patterns": [], "actions": ["DESCRIBE"],
                             "policy": "roles: analyst"}],
            "saved_datasets": [{"name": "training_july"}],
        },
    )  # fmt: skip
    orders = SourceFactory(project=project, name="orders", kind="postgres", query="SELECT 1", location="public.orders")
    push = SourceFactory(project=project, name="orders_push", kind="push", batch_source=orders)
    EntityFactory(project=project)
    feature = FeatureFactory(view=ViewFactory(project=project, name="stats", source=push), name="avg")
    ViewFactory(project=project, name="other", source=SourceFactory(project=project, name="else"))
    consumer = ConsumerFactory(name="ranker", project=project, environment="production")
    Usage.objects.create(consumer=consumer, feature=feature, evidence="declared", number=1)
    return project


def html(user: object, address: str) -> str:
    response = page_as(user).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_a_project_shows_what_it_holds(cast: SimpleNamespace, project: Project) -> None:
    text = html(cast.viewer, "/p/payments/")
    for words in ("Cards and transfers", "stats", "orders", "user_id", "ranker", "roles: analyst", "training_july"):
        assert words in text, words
    assert "2 present, with 1 feature<" in text


def test_a_source_names_whom_it_feeds(cast: SimpleNamespace, project: Project) -> None:
    text = html(cast.viewer, "/a/payments/orders/")
    for words in ("public.orders", "SELECT 1", "stats", "ranker"):
        assert words in text, words
    assert ">other<" not in text
    assert "no column stated: freshness cannot be measured" in text


def test_a_consumer_says_what_it_reads_since_when(cast: SimpleNamespace, project: Project) -> None:
    text = html(cast.viewer, "/c/model/ranker/")
    for words in ("avg", "payments.stats", "v1", "Declared", "1 feature now", "production"):
        assert words in text, words
    Usage.objects.update(gone_at=timezone.now())
    text = html(cast.viewer, "/c/model/ranker/")
    assert "No longer" in text
    assert "0 features now" in text


def test_one_name_in_two_projects(cast: SimpleNamespace, project: Project) -> None:
    other = ProjectFactory(name="risk")
    ConsumerFactory(name="ranker", project=other, description="The other one")
    ConsumerFactory(name="ranker", description="The homeless one")
    assert "Several projects have a consumer of this name." in html(cast.viewer, "/c/model/ranker/")
    assert "The other one" in html(cast.viewer, "/c/model/ranker/?project=risk")
    assert "The homeless one" in html(cast.viewer, "/c/model/ranker/?project=")
    assert "avg" in html(cast.viewer, "/c/model/ranker/?project=payments")


def test_a_consumer_never_names_hidden_features(cast: SimpleNamespace, project: Project) -> None:
    hidden = FeatureFactory(
        name="hidden_one", view=ViewFactory(project=ProjectFactory(visibility="restricted", owner=cast.risk))
    )
    consumer = ConsumerFactory(name="open", project=None)
    Usage.objects.create(consumer=consumer, feature=hidden, evidence="declared")
    for address in ("/c/model/open/", "/c/model/open/?format=csv"):
        assert "hidden_one" not in page_as(cast.viewer).get(address).getvalue().decode()
        assert "hidden_one" in page_as(cast.owner_b).get(address).getvalue().decode()
    assert "features you may not see are left out" in html(cast.owner_b, "/c/model/open/")


def test_hidden_is_not_found(cast: SimpleNamespace, project: Project) -> None:
    Project.objects.update(visibility="restricted")
    for address in ("/p/payments/", "/a/payments/orders/", "/c/model/ranker/"):
        assert page_as(cast.viewer).get(address).status_code == 404, address
        assert page_as(cast.owner_a).get(address).status_code == 200, address
    assert "payments" not in html(cast.viewer, "/p/").replace("Payments Features", "")


def test_empty_says_what_comes_next(cast: SimpleNamespace) -> None:
    assert "Projects come with the first pull of a store." in html(cast.viewer, "/p/")


@pytest.mark.parametrize(
    ("address", "most"), [("/p/", 8), ("/p/payments/", 12), ("/a/payments/orders/", 8), ("/c/model/ranker/", 8)]
)
def test_as_many_queries_for_twenty_rows_as_for_one(
    cast: SimpleNamespace, project: Project, address: str, most: int
) -> None:
    counts = []
    for number in (1, 19):
        source = project.sources.get(name="orders")
        for view in ViewFactory.create_batch(number, project=project, source=source):
            feature = FeatureFactory(view=view)
            Usage.objects.create(consumer=project.consumers.get(name="ranker"), feature=feature, evidence="declared")
        ProjectFactory.create_batch(number)
        client = page_as(cast.viewer)
        with CaptureQueriesContext(database) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= most, counts
