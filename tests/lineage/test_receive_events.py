"""The door for OpenLineage: what is taken, from whom, and what each event is told became of it."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from lineage.actions.folding import fold_waiting
from lineage.models import Event, Node
from registry.models import AccessToken, User
from tests.cast import api_as
from tests.lineage.sent import captured_files

ONE, BATCH = "/api/v1/lineage", "/api/v1/lineage/batch"


def event(**changes: Any) -> dict[str, Any]:
    """A RunEvent as small as one can be."""
    return {
        "eventType": "COMPLETE", "eventTime": "2026-11-20T12:00:00Z", "producer": "https://example.org/etl",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "01a1f8b8-162c-7cdc-b5a7-44d1c96e63ed"}, "job": {"namespace": "prod", "name": "daily"},
        "inputs": [{"namespace": "postgres://db:5432", "name": "dwh.public.orders"}],
        "outputs": [{"namespace": "postgres://db:5432", "name": "dwh.public.daily_orders"}],
    } | changes  # fmt: skip


def sender(user: User, *namespaces: str) -> APIClient:
    _, secret = AccessToken.objects.create(
        user=user, name="airflow", scopes=["lineage:write"], namespaces=list(namespaces)
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


@pytest.fixture
def producer(cast: SimpleNamespace) -> APIClient:
    return sender(cast.service)


@pytest.mark.parametrize("path", [ONE, f"{ONE}/"])
def test_an_event_is_kept_before_it_is_read(producer: APIClient, path: str) -> None:
    answer = producer.post(path, event())
    assert (answer.status_code, answer.json()["state"]) == (201, "new")
    kept = Event.objects.get()
    assert (kept.state, kept.sender, kept.run) == ("waiting", "airflow", event()["run"]["runId"])
    assert not Node.objects.exists()
    fold_waiting()
    assert producer.get(f"{ONE}/events/{answer.json()['receipt']}").json()["state"] == "kept"
    assert Node.objects.count() == 3


def test_the_same_event_is_kept_once(producer: APIClient) -> None:
    assert producer.post(ONE, event()).json()["state"] == "new"
    other_spelling = json.dumps(dict(reversed(event().items())), indent=3)
    again = producer.post(ONE, other_spelling, content_type="application/json")
    assert (again.status_code, again.json()["state"]) == (201, "duplicate")
    assert Event.objects.count() == 1


def test_every_captured_event_is_taken(producer: APIClient, real_inputs: Path) -> None:
    for name, events in captured_files(real_inputs).items():
        for sent in events:
            is_fit = "run" not in sent or "runId" in sent["run"]
            assert producer.post(ONE, sent).status_code == (201 if is_fit else 422), (name, sent)
    assert fold_waiting() == Event.objects.count()
    assert not Event.objects.filter(state="failed").exists()


def test_another_header_for_the_key(cast: SimpleNamespace) -> None:
    _, secret = AccessToken.objects.create(user=cast.service, name="feast", scopes=["lineage:write"])
    assert APIClient().post(ONE, event(), HTTP_X_API_KEY=secret).status_code == 201
    assert APIClient().post(ONE, event(), HTTP_X_API_KEY="charter_sa_wrong").status_code == 401
    assert APIClient().post(ONE, event()).status_code == 401


def test_a_token_without_the_scope_sends_nothing(cast: SimpleNamespace) -> None:
    assert api_as(cast.owner_a, "features:write").post(ONE, event()).status_code == 403
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("namespaces", "is_taken"),
    [(["prod"], True), (["pro*"], True), (["staging", "prod"], True), (["staging"], False), (["prod2"], False)],
)
def test_a_token_tells_of_its_namespaces(cast: SimpleNamespace, namespaces: list[str], is_taken: bool) -> None:
    client = sender(cast.service, *namespaces)
    assert client.post(ONE, event()).status_code == (201 if is_taken else 422)
    assert client.post(BATCH, [event()]).json()["summary"]["successful"] == is_taken


def test_somebody_elses_receipt_is_not_there(cast: SimpleNamespace, producer: APIClient) -> None:
    receipt = producer.post(ONE, event()).json()["receipt"]
    assert sender(cast.service, "staging").get(f"{ONE}/events/{receipt}").status_code == 404
    assert producer.get(f"{ONE}/events/nonsense").status_code == 404


def test_a_batch_keeps_what_is_good(producer: APIClient) -> None:
    bad = [{"foo": 1}, event(job="daily"), event(eventTime="yesterday"), 7, None, event(run={"runId": 5})]
    answer = producer.post(BATCH, [event(), *bad, event(), event(eventType="START")], format="json")
    told = answer.json()
    assert (answer.status_code, told["status"]) == (200, "partial_success")
    assert told["summary"] == {
        "received": 9, "successful": 3, "failed": 6, "retriable": 0, "non_retriable": 6, "duplicates": 1,
    }  # fmt: skip
    assert [one["index"] for one in told["failed_events"]] == [1, 2, 3, 4, 5, 6]
    assert Event.objects.count() == 2


def test_a_batch_may_be_wrapped(producer: APIClient) -> None:
    assert producer.post(BATCH, {"events": [event()]}).json()["status"] == "success"
    assert producer.post(BATCH, event()).status_code == 422
    assert producer.post(BATCH, []).json()["summary"]["received"] == 0


def test_gzip(producer: APIClient) -> None:
    packed = gzip.compress(json.dumps(event()).encode())
    send = {"content_type": "application/json", "HTTP_CONTENT_ENCODING": "gzip"}
    assert producer.post(ONE, packed, **send).status_code == 201
    assert producer.post(ONE, packed[:-9], **send).status_code == 400
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100_000):
        assert producer.post(ONE, gzip.compress(b"[" + b" " * 200_000 + b"]"), **send).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b"{", b'"x"', b"\x00", b'{"job": "\x00"}', b"\xff\xfe", b'{"a": NaN}',
        b'{"\\ud800": 1}', b"[" * 100_000, b'{"a":' * 70 + b"1" + b"}" * 70, b'{"run": {}, "job": {}}',
        b'{"eventTime": "2026-11-20T12:00:00Z", "job": []}', b'{"dataset": {"namespace": 1, "name": {}}}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [ONE, BATCH])
def test_what_can_never_be_read_is_refused(producer: APIClient, path: str, body: bytes) -> None:
    answer = producer.post(path, body, content_type="application/json")
    is_empty_batch = path == BATCH and body == b"[]"
    assert answer.status_code in ((200,) if is_empty_batch else (400, 422)), answer.content
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"eventType": "DONE"}, {"eventType": 7}, {"eventTime": "2026-11-20T12:00:00"}, {"producer": "feast"},
        {"eventTime": "2026-11-20T12:00:00.123456789+05:30"}, {"inputs": "orders"}, {"outputs": [1, None, {}]},
        {"inputs": [{"namespace": "", "name": ""}]}, {"inputs": [{"namespace": "n", "name": "n", "facets": 7}]},
        {"job": {"namespace": "n", "name": "n", "facets": []}},
        {"run": {"runId": "not-a-uuid", "facets": {"parent": 1, "nominalTime": None}}},
        {"outputs": [{"namespace": "n", "name": "n", "facets": {"columnLineage": {"fields": [1]}, "symlinks": {}}}]},
        {"outputs": [{"namespace": "n", "name": "n", "facets": {"lineage": {"inputs": 3, "fields": {"a": 1}}}}]},
        {"job": {"namespace": "n", "name": "n", "facets": {"lineage": {"entries": [1, {}, {"type": "JOB"}]}}}},
        {"inputs": [{"namespace": "n", "name": "a\u0000b"}]}, {"schemaURL": None}, {"unknown": {"a": [1, 2]}},
        {"inputs": [{"namespace": "http://[", "name": "a"}]}, {"inputs": [{"namespace": "s3://", "name": "/"}]},
        {"inputs": [{"namespace": "n", "name": "x" * 3000}]}, {"run": {"runId": "r" * 2000}},
        {"job": {"namespace": "n" * 2000, "name": "j" * 2000}},
        {"inputs": [{"namespace": "n", "name": "x", "facets": {"big": {"a": "x" * 50_000}, "c" * 200: {}}}]},
        {"outputs": [{"namespace": "n", "name": "n",
                      "facets": {"columnLineage": {"fields": {"c" * 600: {"inputFields": [
                          {"namespace": "n", "name": "m", "field": "f"}]}}}}}]},
    ],
)  # fmt: skip
def test_what_is_sloppy_is_taken_and_read(producer: APIClient, changes: dict[str, Any]) -> None:
    assert producer.post(ONE, event(**changes)).status_code == 201
    fold_waiting()
    assert Event.objects.get().state == "kept"


def test_an_oddity_is_told(producer: APIClient) -> None:
    answer = producer.post(ONE, event(producer="feast", inputs=[{"namespace": "n"}])).json()
    assert answer["warnings"] == ["producer is no URI."]
    fold_waiting()
    receipt = producer.get(f"{ONE}/events/{answer['receipt']}").json()
    assert receipt["warnings"] == ["producer is no URI.", "One of inputs has no namespace and name."]


@pytest.mark.parametrize("uri", ["https://example.org/airflow", "urn:charter:connectors:mlflow"])
def test_a_uri_is_no_oddity(producer: APIClient, uri: str) -> None:
    assert producer.post(ONE, event(producer=uri)).json()["warnings"] == []


SECRETS = {
    "postgres://u:hunter2@db/x": "hunter2",
    "COPY t FROM 's3://b' CREDENTIALS 'aws_secret_access_key=AKIAhunter2'": "AKIAhunter2",
    "CREATE USER a IDENTIFIED BY 'hunter2'": "hunter2",
    "ALTER ROLE a PASSWORD 'hunter2'": "hunter2",
    "curl -H 'Authorization: Bearer hunter2hunter2' x": "hunter2hunter2",
    "tool --token hunter2 --verbose": "hunter2",
    "export API_KEY=hunter2": "hunter2",
}


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_not_kept(producer: APIClient, text: str) -> None:
    job = {"namespace": "prod", "name": "daily", "facets": {"sql": {"query": text}}}
    producer.post(ONE, event(job=job))
    assert SECRETS[text] not in Event.objects.get().body


@pytest.mark.parametrize(
    "facet",
    [
        {"environmentVariables": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
        {"connection": {"password": "hunter2", "host": "db"}},
        {"connection": {"client_secret": "hunter2"}},
        {"apiKey": "hunter2"},
    ],
)
def test_values_under_names_that_are_secrets_are_not_kept(producer: APIClient, facet: dict[str, Any]) -> None:
    producer.post(ONE, event(run={"runId": "r", "facets": {"made_up": facet}}))
    assert "hunter2" not in Event.objects.get().body


def test_what_only_looks_like_a_secret_stays(producer: APIClient) -> None:
    query = "select token_count, secretary, passed, author from password_resets where key = 5"
    producer.post(ONE, event(job={"namespace": "prod", "name": "daily", "facets": {"sql": {"query": query}}}))
    assert query in Event.objects.get().body


def test_a_broker_that_is_away_costs_nobody_an_answer(producer: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import current_app

    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    assert producer.post(ONE, event()).status_code == 201
