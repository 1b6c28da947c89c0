"""The home page: one's own first, and never a blank page."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.views import checklist
from registry.actions.features import follow_feature
from registry.models import Feature
from registry.queries.home import Setup, setup
from tests.cast import page_as
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, ViewFactory


def html(user: Any) -> str:
    response = page_as(user).get("/")
    assert response.status_code == 200
    return response.content.decode()


def test_followed_trouble_used_and_new(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments), health_reasons=["Too old."])
    follow_feature(FeatureFactory(name="followed_one"), actor=cast.owner_a)
    FeatureFactory(view=view, name="troubled_one", health="crit")
    FeatureFactory(name="popular_one", models_count=9)
    FeatureFactory(name="fine_one", view=view, health="ok")
    Feature.objects.exclude(name="fine_one").update(changed_at=timezone.now() - timedelta(days=30))
    text = html(cast.owner_a)
    trouble, rest = text.split("You follow")
    assert "troubled_one" in trouble
    assert "Too old." in trouble
    assert "fine_one" not in trouble
    assert "followed_one" in rest.split("Most used")[0]
    assert "popular_one" in rest.split("Most used")[1].split("New and changed")[0]
    assert "fine_one" in rest.split("New and changed")[1]
    assert "troubled_one" not in html(cast.owner_b)


def test_what_is_hidden_is_nowhere(cast: SimpleNamespace) -> None:
    project = ProjectFactory(owner=cast.payments, visibility="restricted")
    feature = FeatureFactory(view=ViewFactory(project=project), name="secret_one", models_count=3, health="crit")
    assert "secret_one" in html(cast.owner_a)
    follow_feature(feature, actor=cast.owner_a)
    cast.owner_a.memberships.all().delete()
    assert "secret_one" not in html(cast.owner_a)
    assert "secret_one" not in html(cast.viewer)


def test_empty_for_readers(cast: SimpleNamespace) -> None:
    assert "No features yet" in html(cast.viewer)


def test_empty_for_an_administrator_is_a_checklist(cast: SimpleNamespace) -> None:
    text = html(cast.admin)
    for step in (
        "Connect a store", "Import its definitions", "Give every view an owner", "Classify what looks personal",
        "Give every view a freshness limit", "Search",
    ):  # fmt: skip
        assert step in text, step
    assert "Set-up" not in html(cast.viewer)


def test_the_first_open_step_is_current() -> None:
    def states(**counts: int) -> list[str]:
        nothing = dict.fromkeys(Setup.__dataclass_fields__, 0)
        return [step.state for step in checklist(Setup(**nothing | counts))]

    assert states() == ["current", "", "", "", "", ""]
    assert states(connections=1) == ["done", "current", "", "", "", ""]
    assert states(connections=1, views=3, owned=2) == ["done", "done", "current", "done", "", ""]
    assert states(connections=1, views=3, owned=3, limited=3) == ["done"] * 5 + ["current"]


def test_set_up_counts_what_is_there(cast: SimpleNamespace) -> None:
    ConnectionFactory()
    view = ViewFactory(schedule_every=timedelta(hours=1))
    ViewFactory(owner=None)
    ViewFactory(gone_at=timezone.now())
    FeatureFactory(view=view, looks_personal=True)
    FeatureFactory(view=view, looks_personal=True, privacy_class="none")
    assert setup() == Setup(connections=1, views=2, owned=1, limited=1, looking_personal=2, classified=1)
    assert "1 of 2" in html(cast.admin)


def test_done_means_gone(cast: SimpleNamespace) -> None:
    ConnectionFactory()
    FeatureFactory(view=ViewFactory(schedule_every=timedelta(hours=1)))
    assert "Set-up" not in html(cast.admin)


def test_as_many_queries_for_twenty_features_as_for_one(cast: SimpleNamespace) -> None:
    counts = []
    for number in (1, 19):
        view = ViewFactory(project=ProjectFactory(owner=cast.payments))
        for feature in FeatureFactory.create_batch(number, view=view, models_count=1, health="crit"):
            follow_feature(feature, actor=cast.owner_a)
        client = page_as(cast.owner_a)
        with CaptureQueriesContext(database) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8, counts
