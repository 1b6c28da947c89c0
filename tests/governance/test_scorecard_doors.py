"""The scorecard by page, API and badge: the same answer, over what one may see, in few questions."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.actions.keeping_scores import ask_portal, keep_scorecard
from governance.models import Attestation, PortalDay, ScorecardDay
from governance.scorecard.catalogue import CHECKS, checks_of
from governance.scorecard.figures import figures
from governance.scorecard.reading import scorecard
from governance.scorecard.scope import Scope
from registry.choices import Visibility
from registry.models import Feature, Version
from tests.cast import api_as, page_as, token_for
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.scoring import report
from tests.measured import measure

pytestmark = pytest.mark.django_db
API = "/api/v1"
STATED = {"check": "cost-alerts", "statement": "The budget pages data-platform at 80 %."}


def until(days: int = 30) -> str:
    return (timezone.now().date() + timedelta(days=days)).isoformat()


@pytest.fixture
def hidden(measured: SimpleNamespace) -> SimpleNamespace:
    """Beside it a restricted project of payments, whose feature has no description."""
    project = ProjectFactory(name="secret", owner=measured.cast.payments, visibility=Visibility.RESTRICTED)
    FeatureFactory(view=ViewFactory(project=project, name="people"), name="phone", description="", looks_personal=True)
    return measured


def test_page_and_api_say_the_same(measured: SimpleNamespace) -> None:
    measure(measured.view)
    found = api_as(measured.cast.viewer).get(f"{API}/scorecard").json()
    assert (found["of"], len(found["data"])) == (25, 25)
    page = page_as(measured.cast.viewer).get("/scorecard/")
    assert f"{found['passed']} of 25 passed" in page.content.decode()
    for one in found["data"]:
        assert one["title"] in page.content.decode().replace("&#x27;", "'"), one["check"]
    text = b"".join(page_as(measured.cast.viewer).get("/scorecard/?format=csv").streaming_content).decode()
    assert len(text.splitlines()) == 26
    assert sum(one["is_passed"] for one in found["data"]) == found["passed"]


def test_a_project_and_a_view_have_theirs(measured: SimpleNamespace) -> None:
    client = api_as(measured.cast.viewer)
    for query, kind in (("project=pay", "project"), ("view=pay.stats", "view")):
        found = client.get(f"{API}/scorecard?{query}").json()
        assert [one["check"] for one in found["data"]] == [check.slug for check in checks_of(kind)]
        assert page_as(measured.cast.viewer).get(f"/scorecard/?{query}").status_code == 200
    assert client.get(f"{API}/scorecard/restore-drill?project=pay").status_code == 404
    assert "Scorecard" in page_as(measured.cast.viewer).get("/v/pay/stats/scorecard").content.decode()


def test_it_is_narrowed_by_state_and_theme(measured: SimpleNamespace) -> None:
    client = api_as(measured.cast.viewer)
    found = client.get(f"{API}/scorecard?theme=ownership").json()
    assert {one["theme"] for one in found["data"]} == {"ownership"}
    assert found["of"] == 25
    assert {one["state"] for one in client.get(f"{API}/scorecard?state=unknown").json()["data"]} == {"unknown"}
    assert client.get(f"{API}/scorecard?state=green").status_code == 400
    page = page_as(measured.cast.viewer).get("/scorecard/?state=attested").content.decode()
    assert "No check is like that" in page


def test_every_check_has_a_page_that_says_what_it_reads(measured: SimpleNamespace) -> None:
    page, client = page_as(measured.cast.viewer), api_as(measured.cast.viewer)
    for check in CHECKS:
        text = page.get(f"/scorecard/{check.slug}/")
        assert (text.status_code, check.slug) == (200, check.slug)
        told = client.get(f"{API}/scorecard/{check.slug}").json()
        assert (told["reads"], told["most_days"]) == (check.reads, check.most_days)
    assert page.get("/scorecard/nothing/").status_code == 404
    assert client.get(f"{API}/scorecard/nothing").status_code == 404


def test_the_objects_that_fail_are_listed_page_by_page(measured: SimpleNamespace) -> None:
    for number in range(60):
        FeatureFactory(view=measured.view, name=f"bare_{number:02}", description="")
    client = api_as(measured.cast.viewer)
    first = client.get(f"{API}/scorecard/owners?part=1&limit=50").json()
    assert (len(first["failing"]), first["failing"][0]["key"]) == (50, "pay.stats.bare_00")
    assert first["failing"][0]["owner"] == "Payments Features"
    rest = client.get(f"{API}/scorecard/owners?part=1&limit=50&cursor={first['next_cursor']}").json()
    assert (len(rest["failing"]), rest["next_cursor"]) == (10, None)
    page = page_as(measured.cast.viewer).get("/scorecard/owners/?part=1").content.decode()
    assert ("bare_49" in page, "bare_50" in page, "Show more" in page) == (True, False, True)
    csv = page_as(measured.cast.viewer).get("/scorecard/owners/?part=1&format=csv").streaming_content
    assert len(b"".join(csv).splitlines()) == 61


@pytest.mark.parametrize(("who", "sees"), [("viewer", False), ("owner_b", False), ("owner_a", True), ("auditor", True)])
def test_nobody_learns_of_a_hidden_project(hidden: SimpleNamespace, who: str, sees: bool) -> None:
    actor = getattr(hidden.cast, who)
    client, page = api_as(actor), page_as(actor)
    keep_scorecard()
    for check in CHECKS:
        texts = [client.get(f"{API}/scorecard/{check.slug}?part={at}").content for at in range(3)]
        texts += [page.get(f"/scorecard/{check.slug}/?part={at}").content for at in range(3)]
        assert sees or not any(b"secret" in text for text in texts), check.slug
    owners = client.get(f"{API}/scorecard/owners?part=1").json()
    assert [one["key"] for one in owners["failing"]] == (["secret.people.phone"] if sees else [])
    assert owners["parts"][1]["of"] == (2 if sees else 1)
    assert bool(owners["history"]) is sees  # what was kept counts what is hidden
    for path in (f"{API}/scorecard?project=secret", f"{API}/scorecard?view=secret.people"):
        assert client.get(path).status_code == (200 if sees else 404)
    assert page.get("/scorecard/?project=secret").status_code == (200 if sees else 404)
    assert page.get("/v/secret/people/scorecard").status_code == (200 if sees else 404)
    assert (b"secret" in page.get("/scorecard/").content) is sees


def test_a_project_that_one_sees_has_its_history(hidden: SimpleNamespace) -> None:
    keep_scorecard()
    found = api_as(hidden.cast.viewer).get(f"{API}/scorecard/owners?project=pay").json()
    assert [one["state"] for one in found["history"]] == ["met"]


def test_statements_by_api(cast: SimpleNamespace) -> None:
    client = api_as(cast.member, "features:read", "access:decide")
    made = client.post(f"{API}/attestations", STATED | {"valid_until": until()}, format="json")
    assert (made.status_code, made["Location"]) == (201, f"{API}/attestations/{made.json()['id']}")
    shown = client.get(f"{API}/scorecard/cost-alerts").json()
    assert (shown["state"], shown["is_passed"], shown["attested_until"]) == ("attested", True, until())
    assert [one["check"] for one in client.get(f"{API}/attestations?valid=true").json()["data"]] == ["cost-alerts"]
    path = f"{made['Location']}/withdraw"
    assert client.post(path, {"reason": "No."}, format="json").status_code == 422
    assert api_as(cast.owner_a, "access:decide").post(path, {"reason": "It is over now."}).status_code == 403
    done = client.post(path, {"reason": "The budget was lifted."}, format="json").json()
    assert done["withdrawn_by"] == "mia"
    assert client.get(f"{API}/attestations?valid=true").json()["data"] == []
    wrong = client.post(f"{API}/attestations", STATED | {"valid_until": until(999)}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/valid_until")


def test_statements_on_the_page(cast: SimpleNamespace) -> None:
    page = page_as(cast.admin)
    form = {"statement": STATED["statement"], "valid_until": until(), "link": ""}
    wrong = page.post("/scorecard/cost-alerts/attest", form | {"valid_until": until(400)})
    assert (wrong.status_code, b"within 180 days" in wrong.content) == (422, True)
    assert page.post("/scorecard/cost-alerts/attest", form).status_code == 302
    made = Attestation.objects.get()
    shown = page.get("/scorecard/cost-alerts/").content.decode()
    assert f"{made}: {STATED['statement']}" in shown
    assert "Attested until" in page.get("/scorecard/").content.decode()
    assert page_as(cast.viewer).post("/scorecard/cost-alerts/attest", form).status_code == 403
    assert "Attest it" not in page_as(cast.viewer).get("/scorecard/cost-alerts/").content.decode()
    page.post(f"/scorecard/attestations/{made}/withdraw", {"reason": "The budget was lifted."})
    assert "taken back" in page.get("/scorecard/cost-alerts/").content.decode()


def test_badge(measured: SimpleNamespace) -> None:
    path = f"{API}/scorecard/badge.svg?project=pay&token={token_for(measured.cast.viewer, 'badge:read')}"
    from rest_framework.test import APIClient

    answer = APIClient().get(path)
    passed = scorecard(Scope(measured.cast.viewer, project=measured.project)).passed
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert f"scorecard pay: {passed}/17" in answer.content.decode()
    assert APIClient().get(f"{API}/scorecard/badge.svg").status_code == 401
    wide = token_for(measured.cast.viewer, "badge:read", "features:read")
    assert APIClient().get(f"{API}/scorecard/badge.svg?token={wide}").status_code == 401


def asked(scope: Scope) -> int:
    with CaptureQueriesContext(connection) as queries:
        scorecard(scope)
        figures(scope)
    return len(queries)


def test_it_asks_the_same_few_questions_however_much_there_is(measured: SimpleNamespace) -> None:
    def scopes() -> list[Scope]:
        return [
            Scope(measured.cast.viewer), Scope(measured.cast.viewer, project=measured.project),
            Scope(measured.cast.viewer, view=measured.view),
        ]  # fmt: skip

    def everything() -> None:
        measure(measured.view)
        report("backup")

    everything()
    asked(Scope(measured.cast.viewer))  # what is asked once a process
    few = [asked(scope) for scope in scopes()]
    for number in range(20):
        view = ViewFactory(project=measured.project, name=f"more_{number}", source=measured.table)
        FeatureFactory(view=view)
        FeatureFactory(view=measured.view)
    everything()
    assert [asked(scope) for scope in scopes()] == few
    assert max(few) < 60


def test_a_day_is_kept_once_for_each_check(measured: SimpleNamespace) -> None:
    keep_scorecard()
    assert ScorecardDay.objects.filter(project=None).count() == 25
    assert ScorecardDay.objects.filter(project=measured.project).count() == len(checks_of("project"))
    before = ScorecardDay.objects.get(project=None, check_slug="owners")
    assert (before.state, before.met, before.of) == ("met", 1, 1)
    Feature.objects.update(description="")
    keep_scorecard()
    after = ScorecardDay.objects.get(project=None, check_slug="owners")
    assert (after.state, ScorecardDay.objects.filter(project=None).count()) == ("partly", 25)
    assert "Passed on 0 of 1 days" in page_as(measured.cast.admin).get("/scorecard/owners/").content.decode()
    ScorecardDay.objects.update(day=timezone.now().date() - timedelta(days=401))
    keep_scorecard()
    assert ScorecardDay.objects.filter(project=None).count() == 25


def test_the_figures_above(measured: SimpleNamespace) -> None:
    found = figures(Scope(None))
    assert (found.reuse, found.availability, found.idea_to_active, found.decision_time) == (0.0, None, None, None)
    Feature.objects.update(models_count=2)
    PortalDay.objects.create(asked=200, answered=199)
    now = timezone.now()
    Version.objects.update(activated_at=now, managed_by="page")
    Version.objects.update(created_at=now - timedelta(days=3))
    found = figures(Scope(None))
    assert (found.reuse, found.availability, found.idea_to_active) == (1.0, 0.995, timedelta(days=3))
    page = page_as(measured.cast.viewer).get("/scorecard/").content.decode()
    assert ("99.5 %" in page, "3 d" in page) == (True, True)


class Portal(BaseHTTPRequestHandler):
    """What answers at the portal's address, as `/healthz` does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "ok"}')

    def log_message(self, *_: Any) -> None:
        pass


def test_whether_the_portal_answers_is_asked_over_the_network(cast: SimpleNamespace, settings: Any) -> None:
    settings.CHARTER_BASE_URL = "http://127.0.0.1:9"
    assert ask_portal() is False
    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.CHARTER_BASE_URL = f"http://127.0.0.1:{server.server_port}"
        assert ask_portal() is True
        server.shutdown()
    row = PortalDay.objects.get()
    assert (row.asked, row.answered) == (2, 1)
