"""AuthZEN 1.0 as its certification scenario has it: two subjects, two resources, eight decisions, every shape.

The scenario's policy is not ours, so its subjects are two people, its record-1 a feature of Alice's team, and its
record-2 a feature with a version that is retired. Properties that a caller sends give nobody a right here: rules 5 and
6 are about which version and which project is meant, and rules 7 and 8, soft and hard deletes, are two actions.
"""

import gzip
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from registry.models import Version
from tests.cast import api_as
from tests.factories import ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory
from tests.governance.machines import EVALUATION, EVALUATIONS

pytestmark = pytest.mark.django_db
SUBJECTS, RESOURCES, ACTIONS = (f"/access/v1/search/{name}" for name in ("subject", "resource", "action"))
ALL = (EVALUATION, EVALUATIONS, SUBJECTS, RESOURCES, ACTIONS)
ONE, TWO = "certs.records.record-1", "certs.records.record-2"
ALICE, BOB = {"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}
DECISION = {
    "type": "object",
    "required": ["decision"],
    "properties": {"decision": {"type": "boolean"}, "context": {"type": "object"}},
}
ENTITY = {
    "type": "object",
    "required": ["type", "id"],
    "properties": {"type": {"type": "string"}, "id": {"type": "string"}, "properties": {"type": "object"}},
}
PAGE = {
    "type": "object",
    "required": ["next_token"],
    "properties": {"next_token": {"type": "string"}, "count": {"type": "integer", "minimum": 0}},
}


def results(of: dict[str, Any]) -> dict[str, Any]:
    found = {"page": PAGE, "context": {"type": "object"}, "results": {"type": "array", "items": of}}
    return {"type": "object", "required": ["results"], "properties": found}


@pytest.fixture
def pdp(cast: SimpleNamespace) -> APIClient:
    view = ViewFactory(project=ProjectFactory(name="certs", owner=cast.payments), name="records")
    FeatureFactory(view=view, name="record-1")
    second = FeatureFactory(view=view, name="record-2", number=2)
    old = Version.objects.create(feature=second, number=1, dtype="float64", state="active")
    for state in ("deprecated", "retired"):
        old.state, old.deprecated_at = state, timezone.now()
        old.save()
    ConsumerFactory(kind="service", name="loader", team=cast.payments)
    ConsumerFactory(kind="service", name="loader", team=cast.risk, project=view.project)
    return api_as(cast.owner_a, "authz:evaluate")


def record(name: str = ONE, **properties: Any) -> dict[str, Any]:
    return {"type": "feature", "id": name} | ({"properties": properties} if properties else {})


def act(name: str) -> dict[str, Any]:
    return {"name": name}


def body(subject: Any, action: str, resource: Any, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "action": act(action), "resource": resource, **more}


LOADER = {"type": "service", "id": "loader"}
EIGHT = (
    (1, ALICE, "read_metadata", record(), True),
    (2, ALICE, "write", record(), True),
    (3, BOB, "read_metadata", record(), True),
    (4, BOB, "write", record(), False),
    (5, ALICE, "write", record(TWO, version=1), False),
    (6, LOADER | {"properties": {"project": ""}}, "write", record(TWO, version=2), True),
    (7, ALICE, "read_offline", record(), True),
    (8, ALICE, "erase", record(), False),
)


@pytest.mark.parametrize(("rule", "subject", "action", "resource", "expected"), EIGHT)
def test_the_eight_decisions(
    pdp: APIClient, rule: int, subject: Any, action: str, resource: Any, expected: bool
) -> None:  # fmt: skip
    asked = body(subject, action, resource)
    for sent in (asked, asked | {"context": {"time": "2025-06-27T18:03-07:00"}, "foo": "bar", "f": {"nested": True}}):
        answer = pdp.post(EVALUATION, sent)
        jsonschema.validate(answer.json(), DECISION)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
        assert answer.json()["decision"] is expected, (rule, answer.json())
    batch = pdp.post(EVALUATIONS, {"evaluations": [asked, asked]}).json()["evaluations"]
    assert [one["decision"] for one in batch] == [expected] * 2


def test_properties_without_meaning_are_accepted(pdp: APIClient) -> None:
    said = body(ALICE | {"properties": {"role": "admin"}}, "read_metadata", record(owner="bob", version="x"))
    said["action"]["properties"] = {"method": "GET"}
    assert pdp.post(EVALUATION, said).json()["decision"] is True
    admin = body(BOB | {"properties": {"role": "admin", "team": "payments"}}, "write", record())
    assert pdp.post(EVALUATION, admin).json()["decision"] is False  # nobody becomes somebody by saying so


WRONG = [
    ({"action": act("write"), "resource": record()}, "/subject"),
    ({"subject": ALICE, "resource": record()}, "/action"),
    ({"subject": ALICE, "action": act("write")}, "/resource"),
    (body({"id": "alice"}, "write", record()), "/subject/type"),
    (body({"type": "user"}, "write", record()), "/subject/id"),
    (body(ALICE, "write", {"id": ONE}), "/resource/type"),
    (body(ALICE, "write", {"type": "feature"}), "/resource/id"),
    (body("alice", "write", record()), "/subject"),
    (body(ALICE, "write", [record()]), "/resource"),
    (body(ALICE, "write", record()) | {"action": {"name": 123}}, "/action/name"),
    (body(ALICE, "write", record()) | {"action": {}}, "/action"),
    (body(ALICE, "write", record(), context=[]), "/context"),
    (body(ALICE, "write", record(), context={"purpose": 1}), "/context/purpose"),
    (body(ALICE | {"properties": []}, "write", record()), "/subject/properties"),
    (body(ALICE | {"id": "a" * 2_000}, "write", record()), "/subject/id"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "pointer"), WRONG)
def test_a_wrong_body_is_a_400_that_says_where(pdp: APIClient, sent: Any, pointer: str) -> None:
    answer = pdp.post(EVALUATION, sent)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    # In a batch the one is a no by itself, and the others are answered.
    good = body(ALICE, "read_metadata", record())
    batch = pdp.post(EVALUATIONS, {"evaluations": [good, sent, good]}).json()["evaluations"]
    assert [one["decision"] for one in batch] == [True, False, True]
    assert batch[1]["context"]["error"]["errors"][0]["pointer"].startswith(f"/evaluations/1{pointer}")


@pytest.mark.parametrize("path", ALL)
def test_what_is_no_body_at_all(pdp: APIClient, path: str) -> None:
    for sent in (b"", b"null", b"[]", b"1", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"\\ud800": 1}', b'{"a":"\\u0000"}',
                 b'{"a":' * 2_000 + b"1" + b"}" * 2_000, b"[" * 1_000 + b"]" * 1_000):  # fmt: skip
        answer = pdp.post(path, sent, content_type="application/json")
        assert answer.status_code == 400, (sent[:30], answer.content)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        assert pdp.post(path, b"a=b", content_type=kind).status_code == 400


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10_000)
@pytest.mark.parametrize("path", ALL)
def test_large_bodies_and_bombs(pdp: APIClient, path: str) -> None:
    huge = b'{"a":"' + b"x" * 20_000 + b'"}'
    assert pdp.post(path, huge, content_type="application/json").status_code == 413
    bomb = gzip.compress(b'{"a":"' + b"x" * 5_000_000 + b'"}')
    answer = pdp.post(path, bomb, content_type="application/json", HTTP_CONTENT_ENCODING="gzip")
    assert answer.status_code == 413


ODD = [[], {}, 1, True, None, "x" * 900, "a@" * 200, "%s", "'; --", "..", "@2", "é\u2028"]


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_values_anywhere_are_no_error_of_ours(pdp: APIClient, path: str, odd: Any) -> None:
    usual = body(ALICE, "serve", record(), context={"purpose": "x"})
    for name in ("subject", "action", "resource", "context", "page", "evaluations", "options"):
        assert pdp.post(path, usual | {name: odd}).status_code in (200, 400)
    for entity, name in (("subject", "type"), ("subject", "id"), ("resource", "type"), ("resource", "id"),
                         ("action", "name"), ("context", "purpose"), ("context", "approval")):  # fmt: skip
        assert pdp.post(path, usual | {entity: usual[entity] | {name: odd}}).status_code in (200, 400)


def test_every_answer_echoes_the_request_id(pdp: APIClient) -> None:
    for given in ("bfe9eb29-ab87-4ca3-be83-a1d5d8305716", "trace:1/2+3=", "a b", "x" * 200):
        for path in ALL:
            good = body(ALICE, "read_metadata", record())
            assert pdp.post(path, good, HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given
            assert pdp.post(path, {}, HTTP_X_REQUEST_ID=given)["X-Request-ID"] == given
    assert APIClient().post(EVALUATION, {}, HTTP_X_REQUEST_ID="r-1")["X-Request-ID"] == "r-1"
    assert pdp.post(EVALUATION, {})["X-Request-ID"]


def test_defaults_are_taken_whole(pdp: APIClient) -> None:
    usual = body(ALICE, "write", record())
    answer = pdp.post(
        EVALUATIONS, usual | {"evaluations": [{}, {"resource": record(TWO, version=1)}, {"subject": BOB}]}
    )
    assert [one["decision"] for one in answer.json()["evaluations"]] == [True, False, False]
    assert "decision" not in answer.json()
    for none in ({}, {"evaluations": []}, {"evaluations": None}):
        jsonschema.validate(pdp.post(EVALUATIONS, usual | none).json(), DECISION)


SEMANTICS = (
    ("execute_all", [True, False, True]),
    ("deny_on_first_deny", [True, False]),
    ("permit_on_first_permit", [True]),
)


@pytest.mark.parametrize(("semantic", "expected"), SEMANTICS)
def test_the_three_semantics(pdp: APIClient, semantic: str, expected: list[bool]) -> None:
    said = [{"action": act(name)} for name in ("write", "erase", "read_metadata")]
    usual = {"subject": ALICE, "resource": record(), "options": {"evaluations_semantic": semantic}}
    answer = pdp.post(EVALUATIONS, usual | {"evaluations": said})
    assert [one["decision"] for one in answer.json()["evaluations"]] == expected
    wrong = pdp.post(EVALUATIONS, usual | {"evaluations": [said[0], {"action": {}}, said[2]]})
    assert [one["decision"] for one in wrong.json()["evaluations"]] == expected


def test_semantics_that_there_are_not_and_too_many(pdp: APIClient) -> None:
    one = body(ALICE, "write", record())
    answer = pdp.post(EVALUATIONS, {"evaluations": [one], "options": {"evaluations_semantic": "maybe"}})
    assert answer.json()["errors"][0]["pointer"] == "/options/evaluations_semantic"
    assert len(pdp.post(EVALUATIONS, {"evaluations": [one] * 100}).json()["evaluations"]) == 100
    answer = pdp.post(EVALUATIONS, {"evaluations": [one] * 101})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_many")
    assert "101 entries" in answer.json()["detail"]


def test_searches_find_what_is_allowed(pdp: APIClient) -> None:
    people = pdp.post(SUBJECTS, {"subject": {"type": "user"}, "action": act("read_metadata"), "resource": record()})
    jsonschema.validate(people.json(), results(ENTITY))
    assert {"alice", "bob"} <= {one["id"] for one in people.json()["results"]}
    writers = {"subject": {"type": "user"}, "action": act("write"), "resource": record(TWO, version=2)}
    assert pdp.post(SUBJECTS, writers).json()["results"] == [ALICE]
    services = pdp.post(SUBJECTS, writers | {"subject": {"type": "service"}}).json()["results"]
    assert services == [LOADER]
    readable = pdp.post(RESOURCES, {"subject": ALICE, "action": act("serve"), "resource": {"type": "feature"}}).json()
    jsonschema.validate(readable, results(ENTITY))
    assert [one["id"] for one in readable["results"]] == [f"{ONE}@1", f"{TWO}@2"]
    views = pdp.post(RESOURCES, {"subject": ALICE, "action": act("serve"), "resource": {"type": "feature_view"}})
    assert views.json()["results"] == [{"type": "feature_view", "id": "certs.records"}]
    found = pdp.post(ACTIONS, {"subject": ALICE, "resource": record()}).json()
    jsonschema.validate(found, results({"type": "object", "required": ["name"]}))
    assert [one["name"] for one in found["results"]] == ["read_metadata", "read_offline", "serve", "write"]
    assert pdp.post(ACTIONS, {"subject": BOB, "resource": record(TWO, version=1)}).json()["results"] == [
        {"name": "read_metadata"}
    ]


def test_what_is_unknown_is_found_nowhere(pdp: APIClient) -> None:
    nobody, nothing = {"type": "user", "id": "nonexistent-user"}, {"type": "spaceship"}
    assert pdp.post(ACTIONS, {"subject": nobody, "resource": record()}).json()["results"] == []
    assert pdp.post(ACTIONS, {"subject": ALICE, "resource": nothing | {"id": "x"}}).json()["results"] == []
    assert pdp.post(SUBJECTS, body(nothing, "serve", record())).json()["results"] == []
    assert pdp.post(RESOURCES, body(ALICE, "serve", nothing)).json()["results"] == []
    assert pdp.post(RESOURCES, body(nobody, "serve", {"type": "feature"})).json()["results"] == []
    assert pdp.post(SUBJECTS, body({"type": "user"}, "serve", record("certs.records.none"))).json()["results"] == []


def test_a_search_needs_what_it_does_not_look_for(pdp: APIClient) -> None:
    same = body({"type": "user"}, "serve", {"type": "feature"})
    for path, sent, pointer in (
        (SUBJECTS, {"subject": {"type": "user"}, "resource": record()}, "/action"),
        (RESOURCES, {"action": act("serve"), "resource": {"type": "feature"}}, "/subject"),
        (ACTIONS, {"subject": ALICE}, "/resource"),
        (SUBJECTS, same, "/resource/id"), (RESOURCES, same, "/subject/id"), (ACTIONS, same, "/subject/id"),
    ):  # fmt: skip
        answer = pdp.post(path, sent)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_pages_of_a_search(pdp: APIClient) -> None:
    said = body({"type": "user"}, "read_metadata", record(), page={"limit": 3})
    found, asked = [], 0
    while True:
        answer = pdp.post(SUBJECTS, said).json()
        jsonschema.validate(answer, results(ENTITY))
        assert answer["page"]["count"] == len(answer["results"]) <= 3
        found += [one["id"] for one in answer["results"]]
        asked += 1
        if not (token := answer["page"]["next_token"]):
            break
        said["page"] = {"token": token}
    everybody = pdp.post(SUBJECTS, said | {"page": {}}).json()
    assert found == [one["id"] for one in everybody["results"]]
    assert asked >= 3
    first = pdp.post(SUBJECTS, said | {"page": {"limit": 1}}).json()["page"]["next_token"]
    for wrong in (said | {"action": act("write"), "page": {"token": first}}, said | {"page": {"token": "x"}},
                  said | {"page": {"token": first, "limit": 2}}, said | {"page": {"limit": -1}}):  # fmt: skip
        assert pdp.post(SUBJECTS, wrong).status_code == 400


def test_discovery(client: Any, settings: Any) -> None:
    settings.CHARTER_BASE_URL = "https://charter.example.com"
    answer = client.get("/.well-known/authzen-configuration")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    told = answer.json()
    assert told["policy_decision_point"] == "https://charter.example.com"
    assert told["capabilities"] == ["urn:openid:authzen:capability:access-request"]
    for name in ("access_evaluation", "access_evaluations", "search_subject", "search_resource", "search_action",
                 "access_request"):  # fmt: skip
        assert told[f"{name}_endpoint"].startswith("https://charter.example.com/access/v1/")
