"""Teams over the API: public, with what each answers for as far as the reader sees it."""

from types import SimpleNamespace

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from registry.models import User
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, TeamFactory, ViewFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
TEAMS, PAYMENTS = "/api/v1/teams", "/api/v1/teams/payments"


@pytest.fixture
def owned(cast: SimpleNamespace) -> None:
    """Payments has two features in the open, one of them gone, and two in a restricted project, one in trouble."""
    listed = ViewFactory(project=ProjectFactory(owner=cast.payments))
    hidden = ViewFactory(project=ProjectFactory(owner=cast.payments, visibility="restricted"))
    FeatureFactory(view=listed)
    FeatureFactory(view=listed, gone_at=timezone.now())
    FeatureFactory(view=hidden)
    FeatureFactory(view=hidden, health="crit")


def test_nobody_gets_in_without_a_token(cast: SimpleNamespace) -> None:
    assert [APIClient().get(path).status_code for path in (TEAMS, PAYMENTS)] == [401, 401]


def test_a_token_needs_the_scope(cast: SimpleNamespace) -> None:
    for path in (TEAMS, PAYMENTS):
        answer = api_as(cast.admin, "lineage:write").get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_knows_whom_to_ask(cast: SimpleNamespace, role: str) -> None:
    client = api_as(getattr(cast, role))
    assert [team["slug"] for team in client.get(TEAMS).json()["data"]] == ["payments", "risk"]
    assert client.get(PAYMENTS).json()["name"] == "Payments Features"


@pytest.mark.parametrize("role", ROLES)
def test_counts_are_of_what_the_reader_sees(cast: SimpleNamespace, owned: None, role: str) -> None:
    shown = api_as(getattr(cast, role)).get(PAYMENTS).json()
    sees_all = role in {"owner_a", "member", "chair", "auditor", "admin"}
    assert (shown["views_count"], shown["features_count"], shown["troubled_count"]) == (
        (2, 3, 1) if sees_all else (1, 1, 0)
    )
    assert shown["members_count"] == 1


def test_members_come_when_asked_for_leads_first(cast: SimpleNamespace) -> None:
    client = api_as(cast.viewer)
    assert "members" not in client.get(PAYMENTS).json()
    cast.payments.memberships.create(user=cast.viewer)
    left = cast.payments.memberships.create(user=cast.chair).user
    User.objects.filter(pk=left.pk).update(is_active=False)
    members = client.get(PAYMENTS, {"expand": "members"}).json()["members"]
    assert [(one["username"], one["is_lead"]) for one in members] == [("alice", True), ("vera", False)]
    assert "email" not in members[0]


def test_what_is_no_team_is_not_found(cast: SimpleNamespace) -> None:
    client = api_as(cast.admin)
    for name in ("nobody", "PAYMENTS", "payments'--", "x" * 500, "%252e%252e"):
        assert client.get(f"{TEAMS}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("query", "code"),
    [({"expand": "features"}, "unknown_value"), ({"expand": "members.user.groups"}, "unknown_value"),
     ({"fields": "password"}, "unknown_value"), ({"owner": "a"}, "unknown_parameter")],
)  # fmt: skip
def test_a_query_that_means_nothing_is_an_error(cast: SimpleNamespace, query: dict[str, str], code: str) -> None:
    answer = api_as(cast.viewer).get(PAYMENTS, query)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_what_is_unchanged_is_not_sent_again(cast: SimpleNamespace, owned: None) -> None:
    client = page_as(cast.viewer)
    for path in (TEAMS, PAYMENTS):
        assert client.get(path, headers={"If-None-Match": client.get(path)["ETag"]}).status_code == 304


@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_teams_are_not_written_here(cast: SimpleNamespace, verb: str) -> None:
    client = api_as(cast.admin, "features:read", "features:write", "admin")
    assert [getattr(client, verb)(path, {}, format="json").status_code for path in (TEAMS, PAYMENTS)] == [405, 405]


def test_the_list_is_a_spreadsheet_too(cast: SimpleNamespace) -> None:
    TeamFactory(slug="sums", name="=SUM(1)")
    sheet = api_as(cast.viewer).get(TEAMS, {"format": "csv"}).getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in sheet] == ["slug", "payments", "risk", "sums"]
    assert "'=SUM(1)" in sheet[-1]


@pytest.mark.parametrize("query", ["", "?expand=members"])
def test_twenty_take_as_many_statements_as_one(cast: SimpleNamespace, query: str) -> None:
    client, counts = api_as(cast.viewer), []
    for more in (0, 19):
        TeamFactory.create_batch(more)
        with CaptureQueriesContext(database) as queries:
            assert client.get(TEAMS + query).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 2
