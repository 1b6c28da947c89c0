"""Webhooks and choices of notices, for machines."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from registry.models import Delivery, NoticeChoice, Webhook
from registry.secrets import unseal
from tests.cast import api_as

pytestmark = pytest.mark.django_db
API = "/api/v1/webhooks"
NEW = {"name": "Pager", "url": "https://hooks.example.org/charter/s3cret", "team": "risk"}


@pytest.fixture
def bob(cast: SimpleNamespace) -> APIClient:
    return api_as(cast.owner_b)


def send(client: APIClient, method: str, path: str, said: Any = None) -> Any:
    return getattr(client, method)(path, said, format="json")


@pytest.fixture
def hook(bob: APIClient) -> dict[str, Any]:
    return dict(send(bob, "post", API, NEW).json())


def test_made_shown_without_its_secrets_and_removed(bob: APIClient, hook: dict[str, Any]) -> None:
    assert hook["key"].startswith("whsec_")
    path = f"{API}/{hook['id']}"
    answer = bob.get(path)
    assert (answer.json()["host"], answer.json()["team"]) == ("hooks.example.org", "risk")
    assert "s3cret" not in answer.content.decode()
    assert "whsec_" not in answer.content.decode()
    assert [one["id"] for one in bob.get(API).json()["data"]] == [hook["id"]]
    assert send(bob, "patch", path, {"events": ["feature.retired"], "is_on": False}).json()["is_on"] is False
    assert send(bob, "delete", path).status_code == 204
    assert bob.get(path).status_code == 404


def test_its_address_is_sealed(hook: dict[str, Any]) -> None:
    row = Webhook.objects.get()
    assert b"s3cret" not in bytes(row.sealed)
    assert unseal(bytes(row.sealed), bound_to=row.bound_to)["url"] == NEW["url"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "ftp://x"}, "/url"),
        ({"url": "https://a:b@hooks.example.org"}, "/url"),
        ({"name": ""}, "/name"),
        ({"team": "nobody"}, "/team"),
        ({"events": ["nothing.happened"]}, "/events"),
        ({"kind": "carrier-pigeon"}, "/kind"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_is_named(bob: APIClient, change: dict[str, Any], pointer: str) -> None:
    answer = send(bob, "post", API, NEW | change)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert not Webhook.objects.exists()


def test_one_of_everybody_is_for_administrators(cast: SimpleNamespace, bob: APIClient) -> None:
    everybody = {"name": "All", "url": "https://hooks.example.org/all"}
    assert send(bob, "post", API, everybody).status_code == 403
    assert send(api_as(cast.admin), "post", API, everybody).json()["team"] is None


def test_those_of_other_teams_do_not_exist(cast: SimpleNamespace, hook: dict[str, Any]) -> None:
    alice = api_as(cast.owner_a)
    path = f"{API}/{hook['id']}"
    for method, address in (
        ("get", path), ("patch", path), ("delete", path), ("post", f"{path}/test"), ("post", f"{path}/key"),
    ):  # fmt: skip
        assert send(alice, method, address, {}).status_code == 404, (method, address)
    assert alice.get(f"{path}/deliveries").json()["data"] == []
    assert alice.get(f"{API}/nothing").status_code == 404
    assert alice.get(f"{API}/nothing/deliveries").status_code == 404


def test_tried_followed_and_sent_again(bob: APIClient, hook: dict[str, Any]) -> None:
    answer = send(bob, "post", f"{API}/{hook['id']}/test")
    assert (answer.status_code, answer.json()["event"], answer.json()["state"]) == (202, "webhook.test", "waiting")
    number = answer.json()["id"]
    assert [one["id"] for one in bob.get(f"{API}/{hook['id']}/deliveries").json()["data"]] == [number]
    again = f"/api/v1/webhook-deliveries/{number}/redeliver"
    assert send(bob, "post", again).status_code == 422
    Delivery.objects.update(state="failed", error="it answered 500")
    assert send(bob, "post", again).json()["state"] == "waiting"
    assert bob.get(answer["Location"]).json()["id"] == number


def test_its_key_is_renewed(bob: APIClient, hook: dict[str, Any]) -> None:
    answer = send(bob, "post", f"{API}/{hook['id']}/key")
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["key"] not in ("", hook["key"])
    assert bob.get(f"{API}/{hook['id']}").json()["both_until"] is not None
    tried = send(bob, "post", f"{API}/{hook['id']}/key?dry_run=true")
    assert tried.json()["key"] == ""


def test_somebody_chooses_how_to_be_told(cast: SimpleNamespace, bob: APIClient) -> None:
    path = "/api/v1/notification-settings"
    usual = bob.get(path).json()
    assert (usual["cadences"]["feature.deprecated"], usual["quiet_from"]) == ("now", None)
    said = {
        "cadences": {"feature.deprecated": "daily"}, "quiet_from": "22:00", "quiet_until": "07:00",
        "time_zone": "Europe/Berlin",
    }  # fmt: skip
    assert send(bob, "put", path, said).json()["cadences"]["feature.deprecated"] == "daily"
    assert bob.get(path).json()["quiet_from"] == "22:00"
    assert NoticeChoice.objects.get().user == cast.owner_b
    for wrong, pointer in (
        ({"cadences": {"x": "now"}}, "/cadences"),
        ({"cadences": {}, "time_zone": "Mars/Base"}, "/time_zone"),
        ({"cadences": {}, "quiet_from": "22:00"}, "/quiet_until"),
    ):
        answer = send(bob, "put", path, wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
