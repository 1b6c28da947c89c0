"""Incidents through their pages and the API: the same rows, the same acts, the same refusals."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from monitoring.models import Incident, Patience
from registry.models import FeatureView, Usage
from tests.cast import api_as, page_as, token_for
from tests.factories import ConsumerFactory, ProjectFactory
from tests.monitoring.breaking import FRESH, hourly, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(cast: SimpleNamespace) -> Incident:
    read(hourly("stats", owner=cast.payments), times=2)
    return Incident.objects.get()


@pytest.fixture
def hidden(cast: SimpleNamespace) -> Incident:
    """One of a project that only Payments sees."""
    secret = ProjectFactory(name="secret", visibility="restricted", owner=cast.payments)
    read(hourly("scores", project=secret), times=2)
    return Incident.objects.get()


def html(user: Any, address: str, status: int = 200) -> str:
    response = page_as(user).get(address)
    assert response.status_code == status
    return response.getvalue().decode() if response.streaming else response.content.decode()


def test_the_list_and_its_spreadsheet(cast: SimpleNamespace, incident: Incident) -> None:
    text = html(cast.viewer, "/incidents/")
    for words in (str(incident), incident.title, "Payments Features", "1 view", "Open"):
        assert words in text, words
    lines = html(cast.viewer, "/incidents/?format=csv").splitlines()
    assert lines[0].startswith("incident,state,title,cause_kind,cause,kind,owner,views_hit")
    assert lines[1].startswith(f"{incident},open,")
    assert "every 60s" in html(cast.viewer, "/incidents/?kiosk=1")


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?of=ours", True), ("?of=over", False), ("?owner=payments", True), ("?owner=risk", False),
        ("?cause=view", True), ("?cause=store", False), ("?kind=freshness", True), ("?kind=nulls", False),
        ("?cause=nonsense", False), ("?view=project.nothing", False),
    ],
)  # fmt: skip
def test_it_narrows(cast: SimpleNamespace, incident: Incident, query: str, is_found: bool) -> None:
    assert (incident.title in html(cast.owner_a, f"/incidents/{query}")) == is_found


@pytest.mark.parametrize(
    ("query", "count"), [("", 1), ("?state=open", 1), ("?state=resolved", 0), ("?mine=true", 0), ("?mine=false", 1),
                         ("?kind=freshness", 1), ("?owner=risk", 0), ("?cause=view", 1)],
)  # fmt: skip
def test_the_api_narrows_too(cast: SimpleNamespace, incident: Incident, query: str, count: int) -> None:
    assert len(api_as(cast.viewer).get(f"/api/v1/incidents{query}").json()["data"]) == count


def test_one_incident(cast: SimpleNamespace, incident: Incident) -> None:
    model = ConsumerFactory(name="ranker", team=cast.risk, tier=1)
    view = FeatureView.objects.get()
    Usage.objects.create(consumer=model, feature=view.features.get(), evidence="declared")
    text = html(cast.owner_a, incident.get_absolute_url())
    for words in ("What broke", view.key, "model:ranker", "1: somebody is woken", "Acknowledge", "What happened",
                  "/docs/runbook-materialization/", "The last 30 days", "Mute", "Reassign"):  # fmt: skip
        assert words in text, words
    assert "Reassign" not in html(cast.viewer, incident.get_absolute_url())
    said = api_as(cast.viewer).get(f"/api/v1/incidents/{incident}?expand=breaches,hits,events").json()
    assert (said["id"], said["views_hit"], said["owner"]) == (str(incident), 1, "payments")
    assert [one["view"] for one in said["breaches"]] == [view.key]
    assert said["events"][0]["what"] == incident.title


def test_hidden_ones_do_not_exist(cast: SimpleNamespace, hidden: Incident) -> None:
    for address in (f"/incidents/{hidden}/", "/v/secret/scores/health/incidents"):
        assert html(cast.viewer, address, 404)
    assert "scores" not in html(cast.viewer, "/incidents/") + html(cast.viewer, "/incidents/?format=csv")
    client = api_as(cast.viewer)
    assert client.get("/api/v1/incidents").json()["data"] == []
    assert client.get(f"/api/v1/incidents/{hidden}").status_code == 404
    assert client.post(f"/api/v1/incidents/{hidden}/ack").status_code == 404
    assert "scores" in html(cast.owner_a, f"/incidents/{hidden}/")


def test_what_others_may_not_see_of_a_shared_one(cast: SimpleNamespace) -> None:
    from tests.factories import SourceFactory

    open_project = ProjectFactory(name="open", owner=cast.risk)
    secret = ProjectFactory(name="secret", visibility="restricted", owner=cast.payments)
    table = SourceFactory(project=open_project, location="raw.orders")
    views = [hourly("scores", project=secret, source=table), hourly("stats", project=open_project, source=table)]
    read(*views, times=2)
    incident = Incident.objects.get()
    assert incident.hits.count() == 2
    page = html(cast.viewer, f"/incidents/{incident}/")
    assert "scores" not in page
    assert "open.stats" in page
    said = api_as(cast.viewer).get(f"/api/v1/incidents/{incident}?expand=breaches,hits,events&fields=way,views_hit")
    assert "scores" not in said.content.decode()
    assert said.json()["views_hit"] == 1


ACTS = {
    "acknowledge": ("ack", {}, {}), "resolve": ("resolve", {"reason": "Ran."}, {"reason": "Ran."}),
    "mute": ("mute", {"hours": "4"}, {"until": "2099-01-01T00:00:00Z"}),
    "reassign": ("reassign", {"team": "risk"}, {"team": "risk"}),
    "note": ("note", {"text": "It was *cron*."}, {"note": "It was *cron*."}),
    "runbook": ("note", {"runbook": "https://wiki/7"}, {"runbook": "https://wiki/7"}),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_doors_do_the_same(cast: SimpleNamespace, incident: Incident, act: str) -> None:
    path, form, body = ACTS[act]
    before = incident.events.count()
    api = f"/api/v1/incidents/{incident}/{path}"
    assert page_as(cast.owner_b).post(f"/incidents/{incident}/{act}", form).status_code == 403
    assert api_as(cast.owner_b).post(api, body, format="json").status_code == 403
    assert incident.events.count() == before
    assert page_as(cast.owner_a).post(f"/incidents/{incident}/{act}", form).status_code == 302
    assert incident.events.count() == before + 1
    again = api_as(cast.owner_b if act == "reassign" else cast.owner_a).post(api, body, format="json")
    assert again.status_code == (200 if act in {"mute", "note", "runbook"} else 422)


def test_a_note_is_cleaned(cast: SimpleNamespace, incident: Incident) -> None:
    page_as(cast.owner_a).post(f"/incidents/{incident}/note", {"text": "<script>x</script> [a](javascript:x) **b**"})
    text = html(cast.viewer, f"/incidents/{incident}/")
    assert "<strong>b</strong>" in text
    assert "<script>x" not in text
    assert 'href="javascript' not in text


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "wiki"])
def test_a_runbook_is_an_address(cast: SimpleNamespace, incident: Incident, address: str) -> None:
    response = page_as(cast.owner_a).post(f"/incidents/{incident}/runbook", {"runbook": address})
    assert response.status_code == 422


def test_marks_while_it_goes_on(cast: SimpleNamespace, incident: Incident) -> None:
    view = FeatureView.objects.get()
    mark = f"{view.get_absolute_url()}health/incidents"
    assert str(incident) in html(cast.viewer, mark)
    assert mark in html(cast.viewer, view.get_absolute_url())
    assert mark in html(cast.viewer, view.features.get().get_absolute_url())
    assert f">{incident}</a>" in html(cast.viewer, "/health/")
    read(view, age=FRESH, times=2)
    assert str(incident) not in html(cast.viewer, mark)


def test_patience_through_its_doors(cast: SimpleNamespace, incident: Incident) -> None:
    view = FeatureView.objects.get()
    address = f"{view.get_absolute_url()}health/patience"
    assert html(cast.viewer, address, 403)
    assert 'value="2"' in html(cast.owner_a, address)
    page_as(cast.owner_a).post(address, {"readings": "4"})
    assert Patience.objects.get().readings == 4
    api = f"/api/v1/views/{view.key}/patience"
    assert api_as(cast.viewer).get(api).json() == {"readings": 4}
    assert api_as(cast.viewer).post(api, {"readings": 1}, format="json").status_code == 403
    assert api_as(cast.owner_a).post(api, {"readings": 9}, format="json").status_code == 422
    assert api_as(cast.owner_a).post(api, {"readings": 1}, format="json").status_code == 200


def test_a_badge_needs_a_token_of_its_own(cast: SimpleNamespace, incident: Incident, client: Any) -> None:
    view = FeatureView.objects.get()
    address = f"/api/v1/views/{view.key}/badge.svg"
    assert client.get(address).status_code == 401
    assert client.get(f"{address}?token={token_for(cast.viewer, 'features:read')}").status_code == 401
    response = client.get(f"{address}?token={token_for(cast.viewer, 'badge:read')}")
    assert response["Content-Type"] == "image/svg+xml"
    assert f"{view.key}: breached" in response.content.decode()
    assert client.get(f"/api/v1/features?token={token_for(cast.viewer, 'badge:read')}").status_code in {400, 401}


def test_a_badge_of_a_hidden_view_does_not_exist(cast: SimpleNamespace, hidden: Incident, client: Any) -> None:
    token = token_for(cast.viewer, "badge:read")
    assert client.get(f"/api/v1/views/secret.scores/badge.svg?token={token}").status_code == 404


@pytest.mark.parametrize("address", ["/incidents/", "/incidents/{}/", "/api/v1/incidents"])
def test_as_many_queries_for_twenty_as_for_one(cast: SimpleNamespace, address: str) -> None:
    from tests.factories import SourceFactory

    table = SourceFactory(location="raw.orders")
    counts = []
    for number in (1, 19):
        for step in range(number):
            read(hourly(f"v{number}_{step}", source=table if "{" in address else None), times=2)
        client = page_as(cast.viewer)
        there = address.format(Incident.objects.first())
        with CaptureQueriesContext(database) as queries:
            assert client.get(there).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14, counts
