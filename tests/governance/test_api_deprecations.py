"""Deprecations for machines: announced, followed, answered, decided, and put into calendars."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar
from rest_framework.test import APIClient

from governance.actions.announcing import announce_deprecation, draft_deprecation
from governance.models import Deprecation, Extension
from registry.actions.tokens import create_token
from registry.models import AccessToken, Message, Project
from registry.outbox.placing import place_events
from tests.cast import api_as, page_as
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db
API = "/api/v1/deprecations"


@pytest.fixture
def made(ending: SimpleNamespace) -> Deprecation:
    return announce_deprecation(ending.old, actor=ending.cast.owner_a, **ending.said)


@pytest.fixture
def alice(ending: SimpleNamespace) -> APIClient:
    return api_as(ending.cast.owner_a)


@pytest.fixture
def bob(ending: SimpleNamespace) -> APIClient:
    return api_as(ending.cast.owner_b)


def post(client: APIClient, path: str, said: dict[str, Any]) -> Any:
    return client.post(path, said, format="json")


def test_announced_with_everything(ending: SimpleNamespace, alice: APIClient) -> None:
    start = timezone.now().replace(microsecond=0) + timedelta(days=90)
    answer = post(
        alice, API,
        {
            "version": str(ending.old), "kind": "replaced", "reason": "In dollars now.", "sunset_on": str(in_days(100)),
            "replacement": str(ending.new), "reminders": [14, 3], "is_hard": True,
            "brownouts": [{"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}],
        },
    )  # fmt: skip
    assert answer.status_code == 201
    made = Deprecation.objects.get()
    assert answer["Location"] == f"{API}/{made}"
    told = answer.json()
    assert (told["id"], told["version"], told["replacement"]) == (str(made), str(ending.old), str(ending.new))
    assert (told["reminders"], told["readers_known"], told["readers_left"]) == ([14, 3], 3, 3)
    assert told["brownouts"][0]["is_hard"] is True
    assert {one["consumer"]: one["state"] for one in told["readers"]} == {
        "model:fraud": "told", "service:checkout": "told", "job:nightly": "told",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sunset_on": "2020-01-01"}, "/sunset_on"),
        ({"kind": "bored"}, "/kind"),
        ({"reason": ""}, "/reason"),
        ({"version": "no.such.thing@1"}, "/version"),
        ({"replacement": "no.such.thing@1"}, "/replacement"),
        ({"replacement": None}, "/instead"),
        ({"reminders": [0]}, "/reminders"),
        ({"brownouts": [{"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-01T01:00:00Z"}]}, "/brownouts"),
    ],
)
def test_what_is_wrong_is_named(
    ending: SimpleNamespace, alice: APIClient, change: dict[str, Any], pointer: str
) -> None:
    said = {
        "version": str(ending.old), "kind": "replaced", "reason": "Dollars.", "sunset_on": str(in_days(100)),
        "replacement": str(ending.new),
    }  # fmt: skip
    answer = post(alice, API, said | change)
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    assert not Deprecation.objects.exists()


def test_only_the_owner_announces(ending: SimpleNamespace, bob: APIClient) -> None:
    said = {
        "version": str(ending.old), "kind": "replaced", "reason": "Dollars.", "sunset_on": str(in_days(100)),
        "replacement": str(ending.new),
    }  # fmt: skip
    assert post(bob, API, said).status_code == 403


def test_listed_and_narrowed(ending: SimpleNamespace, made: Deprecation, alice: APIClient) -> None:
    def found(query: str) -> list[str]:
        return [one["id"] for one in alice.get(f"{API}?{query}").json()["data"]]

    assert found("") == [str(made)]
    assert found("state=announced&project=pay&owner=payments&reader=risk") == [str(made)]
    assert found("owner=risk") == found("reader=payments") == found("state=retired") == []
    assert alice.get(f"{API}?state=draft").status_code == 400
    spreadsheet = b"".join(alice.get(f"{API}?format=csv").streaming_content).decode()
    assert f"{made},{ending.old}" in spreadsheet


def test_drafts_are_not_shown(ending: SimpleNamespace, alice: APIClient) -> None:
    held = draft_deprecation(ending.old, actor=ending.cast.owner_a)
    assert alice.get(f"{API}/{held}").status_code == 404
    assert alice.get(API).json()["data"] == []


def test_a_team_answers_for_what_it_runs(ending: SimpleNamespace, made: Deprecation, bob: APIClient) -> None:
    path = f"{API}/{made}/acknowledge"
    answer = post(bob, path, {"consumer": "model:fraud", "note": "Next sprint."})
    assert answer.status_code == 200
    state = {one["consumer"]: (one["state"], one["note"]) for one in answer.json()["readers"]}
    assert state["model:fraud"] == ("acknowledged", "Next sprint.")
    answer = post(bob, path, {"consumer": "model:fraud", "answer": "not-using"})
    assert {one["consumer"]: one["state"] for one in answer.json()["readers"]}["model:fraud"] == "moved"
    assert post(bob, path, {"consumer": "model:nobody"}).status_code == 404
    assert post(api_as(ending.cast.viewer), path, {"consumer": "model:fraud"}).status_code == 403


def test_more_time_is_asked_and_granted(
    ending: SimpleNamespace, made: Deprecation, alice: APIClient, bob: APIClient
) -> None:
    said = {"consumer": "model:fraud", "until": str(in_days(130)), "reason": "Retraining takes a month."}
    answer = post(bob, f"{API}/{made}/extensions", said)
    assert answer.status_code == 201
    asked = Extension.objects.get()
    assert [(one["id"], one["state"]) for one in answer.json()["extensions"]] == [(asked.pk, "open")]
    decide = f"{API}/{made}/extensions/{asked.pk}/decide"
    assert post(bob, decide, {"granted": True}).status_code == 403
    assert post(alice, decide, {"granted": False}).status_code == 422
    answer = post(alice, decide, {"granted": True})
    assert (answer.json()["sunset_on"], answer.json()["extensions"][0]["state"]) == (str(in_days(130)), "granted")
    assert post(alice, f"{API}/{made}/extensions/0/decide", {"granted": True}).status_code == 404


def test_the_committee_waives(ending: SimpleNamespace, made: Deprecation, alice: APIClient) -> None:
    said = {"consumer": "job:nightly", "reason": "Switched off on Friday."}
    assert post(alice, f"{API}/{made}/waivers", said).status_code == 403
    answer = post(api_as(ending.cast.member), f"{API}/{made}/waivers", said)
    assert answer.json()["readers_left"] == 2


def test_hidden_readers_are_counted_and_not_named(ending: SimpleNamespace, made: Deprecation) -> None:
    ending.model.project = Project.objects.create(name="secret", owner=ending.cast.risk, visibility="restricted")
    ending.model.save()
    shown = api_as(ending.cast.viewer).get(f"{API}/{made}?expand=readers").json()
    assert shown["readers_known"] == 3
    assert "model:fraud" not in {one["consumer"] for one in shown["readers"]}
    said = {"consumer": "model:fraud", "reason": "Switched off on Friday."}
    assert post(api_as(ending.cast.viewer), f"{API}/{made}/waivers", said).status_code == 404


def test_the_calendar_has_last_days_and_brownouts(ending: SimpleNamespace, made: Deprecation) -> None:
    start = timezone.now() + timedelta(days=90)
    ending.old.brownouts.create(starts_at=start, ends_at=start + timedelta(hours=1))
    bob = page_as(ending.cast.owner_b)
    answer = bob.get(f"{API}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert [str(one["SUMMARY"]) for one in events] == [
        f"Last day of {ending.old}", f"{ending.old} is switched off for a while",
    ]  # fmt: skip
    assert events[0]["DTSTART"].dt == in_days(100)
    viewer = page_as(ending.cast.viewer)
    assert b"VEVENT" not in viewer.get(f"{API}.ics").content
    assert b"VEVENT" in viewer.get(f"{API}.ics?of=all").content
    with time_machine.travel(timezone.now() + timedelta(days=150)):
        assert b"VEVENT" not in page_as(ending.cast.owner_b).get(f"{API}.ics").content


def test_calendars_subscribe_with_an_address_that_reads_nothing_else(
    ending: SimpleNamespace, made: Deprecation
) -> None:
    answer = page_as(ending.cast.owner_b).post("/deprecations/calendar")
    assert answer["Cache-Control"] == "no-store"
    secret = answer.context["address"].partition("token=")[2]
    nobody = APIClient()
    assert b"Last day" in nobody.get(f"{API}.ics?token={secret}").content
    assert nobody.get(f"{API}?token={secret}").status_code == 401
    assert nobody.get(API, HTTP_AUTHORIZATION=f"Bearer {secret}").status_code == 403
    AccessToken.objects.get().delete()
    assert nobody.get(f"{API}.ics?token={secret}").status_code == 401


def test_a_stronger_token_has_no_business_in_an_address(ending: SimpleNamespace) -> None:
    user = ending.cast.owner_b
    _, secret = create_token(user, actor=user, name="x", scopes=["calendar:read", "features:read"])
    assert APIClient().get(f"{API}.ics?token={secret}").status_code == 401
    assert APIClient().get(f"{API}.ics", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code == 200


def test_the_owner_reminds_once_a_day(
    ending: SimpleNamespace, made: Deprecation, alice: APIClient, bob: APIClient
) -> None:
    path = f"{API}/{made}/remind"
    assert bob.post(path).status_code == 403
    assert alice.post(path).status_code == 200
    sent = Message.objects.filter(event="feature.sunset_approaching")
    assert [one.title for one in sent] == [f"{ending.old} goes away in 100 days"]
    assert "today already" in alice.post(path).json()["errors"][0]["detail"]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert api_as(ending.cast.owner_a).post(path).status_code == 200
    assert sent.all().count() == 2


def test_programs_that_ask_hear_of_it(ending: SimpleNamespace, made: Deprecation, bob: APIClient) -> None:
    place_events()
    told = {role: _events(api_as(getattr(ending.cast, role))) for role in ("viewer", "owner_b")}
    assert told["viewer"] == [("feature.deprecated", str(ending.old), [])]
    assert told["owner_b"] == [
        *told["viewer"],
        ("feature.deprecated", str(ending.old), ["model:fraud", "service:checkout"]),
    ]
    Project.objects.update(visibility="restricted")
    assert _events(api_as(ending.cast.viewer)) == []
    assert _events(bob) == told["owner_b"][1:]


def _events(client: APIClient) -> list[tuple[str, str, list[str]]]:
    rows = client.get("/api/v1/events").json()["data"]
    return [(one["type"], one["data"]["version"], one["data"]["consumers"]) for one in rows]
