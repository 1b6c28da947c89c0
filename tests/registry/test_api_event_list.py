"""GET /api/v1/events: what webhooks are told, for those who cannot be called. In one order, without gaps."""

from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient
from standardwebhooks import Webhook as Signer

from registry.actions.telling import tell
from registry.actions.webhooks import create_webhook, try_webhook
from registry.models import Feature, Message, Project
from registry.outbox.letters import Letter
from registry.outbox.placing import place_events
from registry.outbox.sending import send_due
from registry.tasks import send_due as work
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

API = "/api/v1/events"
here = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


def say(key: str, **more: Any) -> None:
    data = {"version": "p.v.f@1", "replacement": more.pop("replacement", "")}
    tell("feature.deprecated", key=key, title=key, letter=Letter(), data=data | {"key": key}, **more)


def keys(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.content
    return [one["data"]["key"] for one in answer.json()["data"]]


def after(client: APIClient) -> str:
    return str(client.get(API).json()["after"])


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    return FeatureFactory.create(view=view, name="amount")


@here
def test_the_payload_is_that_of_a_webhook(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    _, key = create_webhook(cast.risk, actor=cast.owner_b, name="Ours", kind="standard", url=receiver.url)
    say("a", teams=[cast.risk])
    place_events()
    send_due()
    ((headers, body),) = receiver.requests
    (event,) = api_as(cast.owner_b).get(API).json()["data"]
    assert event.pop("id") == headers["webhook-id"]
    assert event == Signer(key).verify(body, headers)


@here
def test_one_sees_what_ones_teams_are_told_and_what_everybody_is(cast: SimpleNamespace, feature: Feature) -> None:
    say("risk", teams=[cast.risk])
    say("payments", teams=[cast.payments, cast.risk])
    say("followers", users=[cast.viewer], feature=feature)
    say("all", everybody=True, feature=feature)
    place_events()
    for role, seen in (("owner_b", ["risk", "payments", "all"]), ("owner_a", ["payments", "all"]),
                       ("viewer", ["all"]), ("service", ["all"]), ("auditor", ["all"]),
                       ("admin", ["risk", "payments", "followers", "all"])):  # fmt: skip
        assert keys(api_as(getattr(cast, role))) == seen, role
    Project.objects.update(visibility="restricted")
    assert keys(api_as(cast.viewer)) == []
    assert keys(api_as(cast.owner_a)) == ["payments", "all"]
    assert keys(api_as(cast.owner_b)) == ["risk", "payments"]


@here
def test_who_has_left_sees_nothing(cast: SimpleNamespace) -> None:
    say("risk", teams=[cast.risk])
    place_events()
    client = api_as(cast.owner_b)
    cast.owner_b.memberships.all().delete()
    assert keys(client) == []


@here
def test_a_hidden_replacement_is_not_named(cast: SimpleNamespace, feature: Feature) -> None:
    secret = ViewFactory(project=ProjectFactory(name="hidden", owner=cast.risk, visibility="restricted"), name="v")
    FeatureFactory(view=secret, name="f")
    say("all", everybody=True, feature=feature, replacement="hidden.v.f@1")
    say("open", everybody=True, feature=feature, replacement="pay.stats.amount@1")
    place_events()
    for role, named in (("viewer", ["", "pay.stats.amount@1"]), ("owner_b", ["hidden.v.f@1", "pay.stats.amount@1"])):
        told = api_as(getattr(cast, role)).get(API).json()["data"]
        assert [one["data"]["replacement"] for one in told] == named


@here
def test_page_after_page(cast: SimpleNamespace) -> None:
    client = api_as(cast.owner_b)
    assert client.get(API).json() == {"data": [], "after": "0", "has_more": False}
    for key in "abc":
        say(key, teams=[cast.risk])
    say("theirs", teams=[cast.payments])
    assert keys(client, "after=0") == []  # no worker has placed them yet
    assert (place_events(), place_events()) == (4, 0)
    first = client.get(f"{API}?after=0&limit=2").json()
    assert ([one["data"]["key"] for one in first["data"]], first["after"], first["has_more"]) == (["a", "b"], "2", True)
    last = client.get(f"{API}?after=2&limit=2").json()
    assert ([one["data"]["key"] for one in last["data"]], last["after"], last["has_more"]) == (["c"], "4", False)
    again = client.get(f"{API}?after=4")
    assert again.json() == {"data": [], "after": "4", "has_more": False}
    assert client.get(f"{API}?after=4", HTTP_IF_NONE_MATCH=again["ETag"]).status_code == 304


@here
def test_the_worker_places_before_it_sends(cast: SimpleNamespace) -> None:
    say("a", teams=[cast.risk])
    work()
    assert keys(api_as(cast.owner_b)) == ["a"]


@here
def test_a_place_that_is_not_kept_is_said_and_never_skipped(cast: SimpleNamespace) -> None:
    client = api_as(cast.owner_b)
    for key in "abcd":
        say(key, teams=[cast.risk])
    place_events()
    Message.objects.filter(place__lte=2).delete()
    for gone in ("1", "0", "5", "999999999999999999"):
        answer = client.get(f"{API}?after={gone}")
        assert (answer.status_code, answer.json()["code"]) == (410, "gone"), gone
        assert "without after" in answer.json()["fix"]["message"]
    assert keys(client, "after=2") == keys(client) == ["c", "d"]
    assert keys(client, "after=4") == []


@here
@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=%C2%B2", "after=1234567890123456789", "limit=0", "type=x"]
)
def test_what_makes_no_sense_is_named(cast: SimpleNamespace, query: str) -> None:
    assert api_as(cast.owner_b).get(f"{API}?{query}").status_code == 400


@here
@pytest.mark.parametrize("count", [1, 20])
def test_a_page_takes_a_fixed_number_of_questions(
    cast: SimpleNamespace, feature: Feature, django_assert_max_num_queries: Any, count: int
) -> None:  # fmt: skip
    for number in range(count):
        say(str(number), everybody=True, feature=feature, teams=[cast.risk], replacement="pay.stats.amount@1")
    place_events()
    client = api_as(cast.owner_b)
    keys(client)
    with django_assert_max_num_queries(6):
        keys(client)


@here
def test_trials_are_nobodys_news(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    hook, _ = create_webhook(cast.risk, actor=cast.owner_b, name="Ours", kind="slack", url=receiver.url)
    try_webhook(hook, actor=cast.owner_b)
    place_events()
    assert keys(api_as(cast.owner_b)) == []


@committing
def test_what_is_committed_late_stands_behind(cast: SimpleNamespace) -> None:
    """A message with a lower id is committed after one with a higher id was read: it is read next."""
    client, written, may_commit = api_as(cast.owner_b), Event(), Event()

    def slowly() -> None:
        with transaction.atomic():
            say("slow", teams=[cast.risk])
            written.set()
            may_commit.wait(30)
        connection.close()

    thread = Thread(target=slowly)
    thread.start()
    assert written.wait(30)
    say("quick", teams=[cast.risk])
    place_events()
    assert keys(client, "after=0") == ["quick"]
    place = after(client)
    may_commit.set()
    thread.join()
    place_events()
    assert Message.objects.get(key="slow").pk < Message.objects.get(key="quick").pk
    assert keys(client, f"after={place}") == ["slow"]


@committing
def test_two_workers_never_place_at_once(cast: SimpleNamespace) -> None:
    for key in "ab":
        say(key, teams=[cast.risk])
    placed: list[int] = []

    def place() -> None:
        placed.append(place_events())
        connection.close()

    thread = Thread(target=place)
    with transaction.atomic():
        place_events()
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(30)
    assert placed == [0]
    assert list(Message.objects.order_by("place").values_list("key", "place")) == [("a", 1), ("b", 2)]
