"""The Access Request and Approval Profile: ask for what was denied, follow it, take it back, ask again."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from governance.models import AccessRequest, AccessTask, Grant
from governance.models.evaluations import moment_of, new_evaluation_id
from tests.cast import api_as, page_as
from tests.governance.asking import WHY, decide
from tests.governance.machines import EVALUATION, MODEL, POSTCODE, decided, question, reason

pytestmark = pytest.mark.django_db
REQUESTS = "/access/v1/requests"


def person(asking: SimpleNamespace, user: Any = None) -> APIClient:
    return api_as(user or asking.cast.owner_b, "authz:evaluate", "access:request")


def submission(client: APIClient, *args: Any, **said: Any) -> dict[str, Any]:
    """What the profile wants of a no: the question again, why, and which no it was."""
    asked = question(*args, **said)
    context = client.post(EVALUATION, asked).json()["context"]
    denial = {"evaluation_id": context["evaluation_id"], "expires_at": context["access_request"]["expires_at"]}
    return asked | {"context": asked["context"] | {"business_justification": WHY}, "denial": denial}


def votes(asking: SimpleNamespace, verdict: str = "approve") -> None:
    for voter in (asking.cast.owner_a, asking.cast.member):
        request = AccessRequest.objects.get()
        if request.is_open:
            decide(request, voter, verdict, reason="It is said clearly enough.")


def test_a_no_says_where_to_ask(asking: SimpleNamespace, settings: Any) -> None:
    settings.CHARTER_BASE_URL = "https://charter.example.com"
    context = decided(person(asking))["context"]
    asked = context["access_request"]
    assert asked["endpoint"] == "https://charter.example.com/access/v1/requests"
    assert (asked["template"], context["reason"]) == ("access", "no_grant")
    assert asked["form_url"] == context["request_url"] == (
        "https://charter.example.com/requests/new?f=pay.users.postcode@1&subject=model:fraud-ranker&purpose=fraud"
        "&environment=prod&setting=online"
    )  # fmt: skip
    assert asked["expires_at"] > context["evaluated_at"]
    browser = page_as(asking.cast.owner_b)
    browser.get(context["request_url"].removeprefix("https://charter.example.com"))
    basket = AccessRequest.objects.get()
    assert (basket.purpose, basket.consumer, basket.setting, basket.environment) == (
        asking.fraud, asking.model, "online", "prod",
    )  # fmt: skip
    odd = "/requests/new?f=pay.users.email&subject=%00:x&purpose=%00&setting=x&environment=%00" + "e" * 99
    assert browser.get(odd).status_code == 302


def test_what_nobody_new_may_read_cannot_be_asked_for(asking: SimpleNamespace) -> None:
    client = person(asking)
    asking.postcode.state, asking.postcode.deprecated_at = "deprecated", timezone.now()
    asking.postcode.save()
    for told in (decided(client), decided(client, action="write"), decided(client, "pay.users.nothing")):
        assert "access_request" not in told["context"]


def test_from_no_to_yes(asking: SimpleNamespace) -> None:
    client = person(asking)
    answer = client.post(REQUESTS, submission(client), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")
    task = answer.json()["task"]
    assert answer["Location"] == task["status_endpoint"]
    assert task["status"] == "pending"
    assert task["progress"] == {"current_step": 1, "total_steps": 2, "step_name": "owner"}
    assert set(task["links"]) == {"ticket", "review", "cancel"}
    place = f"{REQUESTS}/{task['id']}"
    decide(AccessRequest.objects.get(), asking.cast.owner_a)
    assert client.get(place).json()["task"]["progress"]["step_name"] == "committee"
    decide(AccessRequest.objects.get(), asking.cast.member)
    told = client.get(place).json()
    assert told["task"]["status"] == "approved"
    assert "cancel" not in told["task"]["links"]
    result, held = told["result"], Grant.objects.get()
    assert (result["mode"], held.setting, held.environment) == ("reevaluate", "online", "prod")
    assert result["approval"]["approved_until"].startswith(f"{held.ends_at:%Y-%m-%dT%H:%M}")
    assert reason(client, approval=result["approval"]) == (True, "granted")


def test_an_approval_is_no_key(asking: SimpleNamespace) -> None:
    client = person(asking)
    task = client.post(REQUESTS, submission(client)).json()["task"]
    votes(asking)
    approval = client.get(f"{REQUESTS}/{task['id']}").json()["result"]["approval"]
    told = decided(client, "pay.users.email", approval=approval)
    assert (told["decision"], told["context"]["next_action"]) == (False, "request")
    assert "access_request" in told["context"]
    type(asking.model).objects.update(gone_at=timezone.now())
    told = decided(client, approval=approval)
    assert (told["decision"], told["context"]["next_action"]) == (False, "none")


def test_a_no_stays_a_no(asking: SimpleNamespace) -> None:
    client = person(asking)
    task = client.post(REQUESTS, submission(client)).json()["task"]
    votes(asking, "deny")
    told = client.get(f"{REQUESTS}/{task['id']}").json()
    assert (told["task"]["status"], "result" in told) == ("denied", False)
    assert reason(client) == (False, "no_grant")


def test_items_each_with_its_own_no(asking: SimpleNamespace) -> None:
    client = person(asking)
    first, second = submission(client), submission(client, "pay.users.email", "read_offline")
    items = [{name: one[name] for name in ("resource", "action", "denial")} for one in (first, second)]
    bundle = {"subject": MODEL, "context": first["context"], "items": items}
    answer = client.post(REQUESTS, bundle)
    assert answer.status_code == 202
    task = answer.json()["task"]
    assert [(one["resource"]["id"], one["action"]["name"], one["status"]) for one in task["items"]] == [
        (POSTCODE, "serve", "pending"), ("pay.users.email", "read_offline", "pending"),
    ]  # fmt: skip
    online, offline = AccessRequest.objects.order_by("pk")
    assert (online.setting, offline.setting) == ("online", "offline")
    for voter in (asking.cast.owner_a, asking.cast.member):
        decide(online, voter)
    told = client.get(f"{REQUESTS}/{task['id']}").json()
    assert (told["task"]["status"], "result" in told) == ("pending", False)
    assert told["task"]["items"][0]["result"]["mode"] == "reevaluate"
    decide(offline, asking.cast.owner_a, "deny", reason="Not needed for this at all.")
    told = client.get(f"{REQUESTS}/{task['id']}").json()
    assert (told["task"]["status"], [one["status"] for one in told["task"]["items"]]) == (
        "partial", ["approved", "denied"],
    )  # fmt: skip


def test_a_view_asks_for_what_of_it_is_closed(asking: SimpleNamespace) -> None:
    client = person(asking)
    answer = client.post(REQUESTS, submission(client, "pay.users", "read_offline"))
    assert answer.status_code == 202, answer.content
    assert AccessRequest.objects.get().items.count() == 4
    assert answer.json()["task"]["status"] == "pending"


def test_what_does_not_belong_together(asking: SimpleNamespace) -> None:
    client = person(asking)
    good = submission(client)
    unknown = good | {"denial": {"evaluation_id": str(uuid4())}}
    for wrong, code in (
        (unknown, "invalid_denial_binding"), (good | {"denial": {}}, "invalid_denial_binding"),
        (good | {"action": {"name": "read_offline"}}, "invalid_denial_binding"),
        (good | {"resource": {"type": "feature", "id": "pay.users.email"}}, "invalid_denial_binding"),
        (good | {"subject": {"type": "model", "id": "other"}}, "invalid_denial_binding"),
        (good | {"context": good["context"] | {"environment": "dev"}}, "invalid_denial_binding"),
        (good | {"denial": {"evaluation_id": "x"}}, "invalid_body"),
        (good | {"requested_access": {"requested_until": "soon"}}, "invalid_body"),
        (good | {"requested_access": {"requested_until": "2001-01-01T00:00:00Z"}}, "invalid_body"),
        (good | {"requested_access": {"emergency": "yes"}}, "invalid_body"),
        (good | {"context": good["context"] | {"business_justification": "short"}}, "invalid_body"),
        (good | {"items": []}, "invalid_body"), (good | {"items": [{}]}, "invalid_body"),
    ):  # fmt: skip
        answer = client.post(REQUESTS, wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, code), answer.content
    assert not AccessRequest.objects.exists()
    assert client.post(REQUESTS, unknown).json()["type"] == (
        "urn:openid:authzen:access-request:error:invalid_denial_binding"
    )
    yes = decided(client, "pay.users.email", "write")
    other = question("pay.users.email", "write") | {"denial": {"evaluation_id": yes["context"]["evaluation_id"]}}
    assert client.post(REQUESTS, other).json()["code"] == "not_requestable"
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        answer = client.post(REQUESTS, good)
    assert (answer.status_code, answer.json()["code"]) == (410, "expired_denial")


def test_sent_again_it_is_one_request(asking: SimpleNamespace) -> None:
    client = person(asking)
    good = submission(client)
    first, again = (client.post(REQUESTS, good, HTTP_IDEMPOTENCY_KEY="k-7") for _ in range(2))
    assert first.json() == again.json()
    assert (AccessTask.objects.count(), AccessRequest.objects.count()) == (1, 1)
    other = client.post(REQUESTS, good | {"client": {"id": "other"}}, HTTP_IDEMPOTENCY_KEY="k-7")
    assert (other.status_code, other.json()["code"]) == (409, "duplicate_request")
    without = client.post(REQUESTS, good)  # the house says that it was asked for already
    assert (without.status_code, without.json()["errors"][0]["pointer"]) == (400, "/items")


def test_who_may_ask_and_look(asking: SimpleNamespace) -> None:
    client = person(asking)
    good = submission(client)
    assert person(asking, asking.cast.service).post(REQUESTS, good).status_code == 403
    assert person(asking, asking.cast.auditor).post(REQUESTS, good).status_code == 403
    assert api_as(asking.cast.owner_b, "authz:evaluate").post(REQUESTS, good).status_code == 403
    stranger = person(asking, asking.cast.viewer).post(REQUESTS, good)
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (400, "/subject")
    bob = submission(client, subject={"type": "user", "id": "bob"})
    assert person(asking, asking.bella).post(REQUESTS, bob).status_code == 403
    task = client.post(REQUESTS, good).json()["task"]["id"]
    place = f"{REQUESTS}/{task}"
    assert person(asking, asking.bella).get(place).status_code == 200  # of Bob's team
    for other in (asking.cast.viewer, asking.cast.service):
        answer = person(asking, other).get(place)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_task")
    assert client.get(f"{REQUESTS}/arq_nothing").status_code == 404
    assert person(asking, asking.bella).post(f"{place}/cancel").status_code == 403
    assert person(asking, asking.cast.viewer).post(f"{place}/cancel").status_code == 404


def test_taken_back(asking: SimpleNamespace) -> None:
    client = person(asking)
    task = client.post(REQUESTS, submission(client)).json()["task"]
    answer = client.post(f"{REQUESTS}/{task['id']}/cancel", {"comment": "No longer needed."})
    assert (answer.status_code, answer.json()["task"]["status"]) == (200, "cancelled")
    again = client.delete(f"{REQUESTS}/{task['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_task_state")


def test_an_emergency_is_granted_at_once(asking: SimpleNamespace) -> None:
    asking.cast.owner_b.memberships.update(is_lead=True)
    client = person(asking)
    emergency = submission(client) | {"requested_access": {"emergency": True, "incident": "INC-204"}}
    answer = client.post(REQUESTS, emergency)
    assert (answer.status_code, answer.json()["task"]["status"]) == (201, "approved")
    assert answer.json()["result"]["approval"]["approved_until"]
    assert reason(client) == (True, "granted")
    assert AccessRequest.objects.get().is_emergency


def test_until_a_moment_means_so_many_days(asking: SimpleNamespace) -> None:
    client = person(asking)
    until = (timezone.now() + timedelta(days=9, hours=1)).isoformat()
    assert (
        client.post(REQUESTS, submission(client) | {"requested_access": {"requested_until": until}}).status_code == 202
    )
    assert AccessRequest.objects.get().days == 10


def test_an_id_says_its_moment() -> None:
    now = timezone.now()
    assert abs(moment_of(new_evaluation_id(now)) - now) < timedelta(milliseconds=1)
    assert new_evaluation_id(now).version == 7
    assert new_evaluation_id(now) != new_evaluation_id(now)


def test_the_schema_of_a_submission(client: Any) -> None:
    answer = client.get(f"{REQUESTS}/schema")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json")
    assert answer.json()["properties"]["context"]["required"] == ["purpose", "business_justification"]
