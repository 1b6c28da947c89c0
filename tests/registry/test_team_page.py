"""Teams and people: what a team answers for, what it should mend first, whom to ask."""

from datetime import timedelta
from types import SimpleNamespace

from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from registry.actions.features import follow_feature
from registry.queries.completeness import bars, incomplete, of_team
from tests.cast import page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory


def html(user: object, address: str) -> str:
    response = page_as(user).get(address)  # type: ignore[arg-type]
    assert response.status_code == 200
    return response.content.decode()


def test_bars_count_what_is_needed(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments), schedule_every=timedelta(hours=1))
    FeatureFactory(view=view, privacy_class="none", is_online=True, has_default=True)
    FeatureFactory(view=view, description="", is_online=True)
    FeatureFactory(view=view, owner=None)
    FeatureFactory(view=view, gone_at=view.created_at)
    FeatureFactory(view=view, state="retired")
    found = {bar.label: (bar.have, bar.need) for bar in bars(of_team(cast.payments, cast.owner_a))}
    assert found == {
        "Owner": (2, 3), "Description": (2, 3), "Data class": (1, 3), "Default, where served online": (1, 2),
        "SLO": (3, 3),
    }  # fmt: skip


def test_features_without_an_owner_fall_to_the_views_team(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.risk), owner=cast.payments)
    feature = FeatureFactory(view=view, owner=None)
    assert list(of_team(cast.payments, cast.owner_a)) == [feature]
    assert not of_team(cast.risk, cast.owner_a).exists()


def test_most_read_first(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments))
    for name, models in (("rare", 1), ("central", 9), ("unread", 0)):
        FeatureFactory(view=view, name=name, models_count=models)
    text = html(cast.viewer, "/teams/payments/")
    assert text.index("central") < text.index("rare") < text.index("unread")
    assert "class, SLO" in text
    assert incomplete(of_team(cast.payments, cast.viewer)).count() == 3


def test_nothing_to_mend(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments), slo_freshness=timedelta(hours=1))
    FeatureFactory(view=view, privacy_class="none")
    assert "Every feature has an owner, a description, a class" in html(cast.viewer, "/teams/payments/")
    assert "It answers for no features" in html(cast.viewer, "/teams/risk/")


def test_hidden_features_are_not_counted(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(owner=cast.payments, visibility="restricted"), name="secret_view")
    FeatureFactory(view=view, name="secret_feature", health="crit")
    for address in ("/teams/", "/teams/payments/", "/teams/?format=csv", "/teams/payments/?format=csv"):
        seen = page_as(cast.viewer).get(address).getvalue().decode()
        assert "secret" not in seen, address
    assert "secret_feature" in html(cast.owner_a, "/teams/payments/")
    lines = page_as(cast.viewer).get("/teams/?format=csv").getvalue().decode().splitlines()
    assert "payments,Payments Features,,1,0,0,0" in lines
    lines = page_as(cast.owner_a).get("/teams/?format=csv").getvalue().decode().splitlines()
    assert "payments,Payments Features,,1,1,1,1" in lines


def test_people_and_their_teams(cast: SimpleNamespace) -> None:
    feature = FeatureFactory()
    follow_feature(feature, actor=cast.owner_a)
    assert "Payments Features" in html(cast.viewer, "/people/alice/")
    assert feature.key not in html(cast.viewer, "/people/alice/")  # what one follows is one's own business
    assert feature.key in html(cast.owner_a, "/people/alice/")
    assert "alice" in html(cast.viewer, "/teams/payments/")
    assert page_as(cast.viewer).get("/people/nobody/").status_code == 404
    assert page_as(cast.viewer).get("/teams/nobody/").status_code == 404


def test_as_many_queries_for_twenty_features_as_for_one(cast: SimpleNamespace) -> None:
    for address in ("/teams/", "/teams/payments/"):
        counts = []
        for number in (1, 19):
            for view in ViewFactory.create_batch(number, project=ProjectFactory(owner=cast.payments)):
                FeatureFactory(view=view)
            client = page_as(cast.viewer)
            with CaptureQueriesContext(database) as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 8, (address, counts)
