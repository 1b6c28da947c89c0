"""Reads that services report, consumers that people declare, and the gate of a release."""

import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from registry.actions.reads import Event, forget_old_events, refresh_reads_per_day, report_reads
from registry.choices import Scope, Visibility
from registry.models import Consumer, Feature, ReadDay, SeenEvent, Usage, Version
from tests.cast import api_as, page_as
from tests.factories import ConnectionFactory, ConsumerFactory, FeatureFactory, ProjectFactory, ViewFactory

API = "/api/v1"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    project = ProjectFactory(name="pay", owner=cast.payments)
    made = FeatureFactory(view=ViewFactory(project=project, name="stats", owner=cast.payments), name="amount")
    Version.objects.create(feature=made, number=2, dtype="float64", state="active")
    Feature.objects.update(number=2)
    made.refresh_from_db()
    return made


def event(number: int = 1, **other: Any) -> dict[str, Any]:
    said = {"id": f"e{number}", "consumer": "model:fraud", "feature": "pay.stats.amount@2", "reads": 10,
            "at": timezone.now().isoformat()}  # fmt: skip
    return said | other


def sent(actor: Any, *events: Any) -> Any:
    return api_as(actor, "metrics:write").post(f"{API}/usage-events", {"events": list(events)})


def test_reads_are_counted_once_and_by_day(cast: SimpleNamespace, feature: Feature) -> None:
    answer = sent(cast.service, event(1), event(2, reads=5), event(2, reads=5))
    assert answer.json() == {"accepted": 2, "duplicates": 1, "rejected": []}
    assert sent(cast.service, event(1), event(3, feature="pay.stats.amount")).json()["duplicates"] == 1
    row = ReadDay.objects.get()
    assert (row.number, row.reads) == (2, 25)
    usage = Usage.objects.get()
    assert (usage.evidence, usage.number, usage.consumer.seen_by != "") == ("observed", 2, True)
    feature.refresh_from_db()
    assert (feature.models_count, feature.reads_per_day) == (1, pytest.approx(25 / 7))


def test_ids_are_each_reporters_own(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1))
    assert sent(cast.owner_a, event(1)).json()["accepted"] == 1


def test_one_bad_event_loses_nothing_of_the_others(cast: SimpleNamespace, feature: Feature) -> None:
    late, early = timezone.now() - timedelta(days=40), timezone.now() + timedelta(hours=1)
    hidden = FeatureFactory(
        view=ViewFactory(project=ProjectFactory(name="hidden", visibility=Visibility.RESTRICTED), name="v"), name="f"
    )
    answer = sent(
        cast.service, event(1), "text", event(2, reads="1"), event(3, reads=0), event(4, at="yesterday"),
        event(5, at=late.isoformat()), event(6, at=early.isoformat()), event(7, feature="pay.stats.nothing"),
        event(8, feature="pay.stats.amount@9"), event(9, consumer="fraud"), event(10, feature=hidden.key),
        event(11, more=1), event(12, at="2026-01-01T00:00:00"), event(13),
    )  # fmt: skip
    assert answer.json()["accepted"] == 2
    assert [(one["index"], one["code"]) for one in answer.json()["rejected"]] == [
        (1, "invalid"), (2, "invalid"), (3, "invalid"), (4, "invalid"), (5, "too_old"), (6, "in_the_future"),
        (7, "unknown_feature"), (8, "unknown_version"), (9, "bad_consumer"), (10, "unknown_feature"), (11, "invalid"),
        (12, "invalid"),
    ]  # fmt: skip
    assert sent(cast.service, *[event(n) for n in range(5_001)]).status_code == 422
    assert sent(cast.service).status_code == 422
    assert api_as(cast.service, "features:write").post(f"{API}/usage-events", {"events": [event()]}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_count_each_event_once(cast: SimpleNamespace, feature: Feature) -> None:
    batch = [Event(f"e{n}", "model:fraud", "pay.stats.amount", 1, timezone.now()) for n in range(400)]
    receipts: list[Any] = []
    start = threading.Barrier(2)

    def report(events: list[Event]) -> None:
        start.wait()
        receipts.append(report_reads(events, actor=cast.service, token_name="svc"))
        connection.close()

    threads = [threading.Thread(target=report, args=[events]) for events in (batch, batch[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sum(one.accepted for one in receipts) == 400
    assert sum(one.duplicates for one in receipts) == 400
    assert ReadDay.objects.get().reads == 400


def test_reads_a_day_move_on(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1, at=(timezone.now() - timedelta(days=20)).isoformat()), event(2))
    assert Feature.objects.get(pk=feature.pk).reads_per_day == pytest.approx(10 / 7)
    ReadDay.objects.filter(day=timezone.now().date()).delete()
    assert refresh_reads_per_day() == 1
    assert Feature.objects.get(pk=feature.pk).reads_per_day == 0
    SeenEvent.objects.update(received_on=timezone.now().date() - timedelta(days=33))
    assert forget_old_events() == 2


def test_a_consumer_is_declared_with_what_it_reads(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.owner_b)
    made = client.post(f"{API}/consumers", {"kind": "model", "name": "fraud", "team": "risk", "environment": "prod"})
    assert (made.status_code, made["Location"]) == (201, f"{API}/consumers/model:fraud"), made.content
    path = f"{API}/consumers/model:fraud/features"
    assert client.put(path, {"features": ["pay.stats.amount@2"]}).status_code == 200
    feature.refresh_from_db()
    assert feature.models_count == 1
    wrong = client.put(path, {"features": ["pay.stats.amount", "pay.stats.nothing", "pay.stats.amount@7"]})
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/features/1", "/features/2"]
    assert Usage.objects.get(gone_at=None).number == 2
    client.put(path, {"features": ["pay.stats.amount"]})
    assert list(Usage.objects.filter(gone_at=None).values_list("number", flat=True)) == [None]
    client.put(path, {"features": []})
    feature.refresh_from_db()
    assert feature.models_count == 0
    assert api_as(cast.owner_a).put(path, {"features": []}).status_code == 403
    again = client.post(f"{API}/consumers", {"kind": "model", "name": "fraud", "team": "risk"})
    assert (again.status_code, "already" in str(again.json())) == (422, True)
    assert (
        api_as(cast.viewer).post(f"{API}/consumers", {"kind": "model", "name": "x", "team": "risk"}).status_code == 403
    )
    assert client.post(f"{API}/consumers", {"kind": "model", "name": "x", "team": "payments"}).status_code == 422


def test_what_was_seen_reading_is_claimed_by_its_team(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1))
    told = api_as(cast.owner_a).get(f"{API}/features/{feature.key}/consumers").json()["data"]
    assert [(one["consumer"], one["is_declared"], one["seen_by"] != "") for one in told] == [("fraud", False, True)]
    assert told[0]["reads_per_day"] == pytest.approx(10 / 7)
    client = api_as(cast.owner_b)
    client.post(f"{API}/consumers", {"kind": "model", "name": "fraud", "team": "risk"})
    client.put(f"{API}/consumers/model:fraud/features", {"features": [f"{feature.key}@2"]})
    consumer = Consumer.objects.get()
    assert (consumer.team, consumer.seen_by, consumer.usages.count()) == (cast.risk, "", 2)
    told = api_as(cast.owner_a).get(f"{API}/features/{feature.key}/consumers").json()["data"]
    assert {one["is_declared"] for one in told} == {True}
    assert client.delete(f"{API}/consumers/model:fraud").status_code == 204
    assert Consumer.objects.get().gone_at is not None


def test_what_a_store_declares_is_the_stores(cast: SimpleNamespace, feature: Feature) -> None:
    ConsumerFactory(name="served", project=feature.project, connection=ConnectionFactory(), team=cast.payments)
    client = api_as(cast.owner_a)
    assert client.put(f"{API}/consumers/model:served/features", {"features": []}).status_code == 422
    assert client.delete(f"{API}/consumers/model:served").status_code == 422


def test_a_release_is_checked(cast: SimpleNamespace, feature: Feature) -> None:
    client = api_as(cast.viewer, "features:read")
    Feature.objects.update(health="ok")
    path = f"{API}/features/check"
    assert client.post(path, {"features": ["pay.stats.amount@2"]}).json()["verdict"] == "ok"
    sunset = timezone.now().date() + timedelta(days=9)
    second = Version.objects.get(number=2)
    Version.objects.filter(number=1).update(
        state="deprecated", deprecated_at=timezone.now(), sunset_on=sunset, replacement=second
    )
    told = client.post(path, {"features": ["pay.stats.amount@1", "pay.stats.amount"]}).json()
    assert [one["verdict"] for one in told["data"]] == ["warning", "ok"]
    assert told["data"][0]["replacement"] == "pay.stats.amount@2"
    assert told["data"][0]["reasons"][0]["code"] == "deprecated"
    Version.objects.filter(number=1).update(sunset_on=timezone.now().date() - timedelta(days=1))
    Version.objects.filter(number=2).update(state="quarantined", state_reason="It leaks.")
    told = client.post(path, {"features": ["pay.stats.amount@1", "pay.stats.amount", "no.such.one"]}).json()
    assert [one["reasons"][0]["code"] for one in told["data"]] == ["past_sunset", "quarantined", "unknown"]
    assert told["verdict"] == "blocked"
    assert client.post(path, {}).status_code == 422


@pytest.mark.parametrize(("is_hard", "verdict"), [(False, "warning"), (True, "blocked")])
def test_a_brownout_is_told_while_it_goes_on(
    cast: SimpleNamespace, feature: Feature, is_hard: bool, verdict: str
) -> None:
    now = timezone.now()
    first = Version.objects.get(number=1)
    Version.objects.filter(pk=first.pk).update(
        state="deprecated", deprecated_at=now, sunset_on=now.date() + timedelta(days=9)
    )
    first.brownouts.create(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2), is_hard=is_hard)
    client, body = api_as(cast.viewer, "features:read"), {"features": ["pay.stats.amount@1"]}
    for hours, codes in ((0, ["deprecated"]), (1.5, ["deprecated", "brownout"]), (3, ["deprecated"])):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            told = client.post(f"{API}/features/check", body).json()
        reasons = [one["code"] for one in told["data"][0]["reasons"] if one["code"] != "unmeasured"]
        assert reasons == codes
        assert told["verdict"] == (verdict if "brownout" in codes else "warning")


def test_nobody_begins_to_read_what_ends_without_saying_why(cast: SimpleNamespace, feature: Feature) -> None:
    consumer = ConsumerFactory(name="fraud", team=cast.risk)
    client, path = api_as(cast.owner_b), f"{API}/consumers/model:fraud/features"
    first = Version.objects.filter(number=1)
    client.put(path, {"features": ["pay.stats.amount@1"]}, format="json")
    first.update(state="deprecated", deprecated_at=timezone.now(), sunset_on=timezone.now().date() + timedelta(days=9))
    assert client.put(path, {"features": ["pay.stats.amount@1"]}, format="json").status_code == 200  # it read it before
    assert client.put(path, {"features": []}, format="json").status_code == 200
    answer = client.put(path, {"features": ["pay.stats.amount@1"]}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
    bob, page = page_as(cast.owner_b), "/c/model/fraud/declare/"
    refused = bob.post(page, {"features": "pay.stats.amount@1"})
    assert "Say why you begin to read it now." in refused.content.decode()
    bob.post(page, {"features": "pay.stats.amount@1", "reason": "Compared with v2 for a week."})
    assert consumer.usages.filter(number=1, gone_at=None).exists()


def test_a_consumer_is_checked_by_what_it_reads(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1))
    told = api_as(cast.viewer, "features:read").post(f"{API}/features/check", {"consumer": "model:fraud"}).json()
    assert [one["reference"] for one in told["data"]] == ["pay.stats.amount@2"]
    assert api_as(cast.viewer).post(f"{API}/features/check", {"consumer": "model:none"}).status_code == 404


def test_reports_ask_a_fixed_number_of_questions(
    cast: SimpleNamespace, feature: Feature, django_assert_max_num_queries: Any
) -> None:
    sent(cast.service, event(1))
    client = api_as(cast.service, Scope.METRICS_WRITE)
    with django_assert_max_num_queries(14):
        client.post(f"{API}/usage-events", {"events": [event(n) for n in range(2, 500)]})


def test_pages_declare_what_was_seen_reading(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1))
    bob = page_as(cast.owner_b)
    page = bob.get("/c/model/fraud/").content.decode()
    assert ("Undeclared" in page, "/c/new/?kind=model&amp;name=fraud" in page) == (True, True)
    said = {"kind": "model", "name": "fraud", "team": "risk", "features": "pay.stats.amount@2\n\npay.stats.nothing"}
    refused = bob.post("/c/new/", said)
    assert (refused.status_code, "There is no pay.stats.nothing" in refused.content.decode()) == (422, True)
    assert Consumer.objects.get().team is None
    bob.post("/c/new/", {**said, "features": "pay.stats.amount@2"})
    assert Consumer.objects.get().team == cast.risk
    form = bob.get("/c/model/fraud/declare/").context["form"]
    assert form.initial["features"] == "pay.stats.amount@2"
    bob.post("/c/model/fraud/declare/", {"features": "pay.stats.amount"})
    held = Usage.objects.filter(evidence="declared", gone_at=None).values_list("number", flat=True)
    assert list(held) == [None]
    assert page_as(cast.owner_a).post("/c/model/fraud/declare/", {"features": ""}).status_code == 403
    assert page_as(cast.viewer).get("/c/new/").status_code == 403


def test_a_page_lists_who_reads(cast: SimpleNamespace, feature: Feature) -> None:
    sent(cast.service, event(1))
    mine = ConsumerFactory(kind="job", name="nightly", team=cast.risk)
    mine.usages.create(feature=feature, evidence="declared")
    hidden = ConsumerFactory(name="secret", project=ProjectFactory(name="hidden", visibility=Visibility.RESTRICTED))

    def names(user: Any, query: str = "") -> list[str]:
        return [one.name for one in page_as(user).get(f"/c/{query}").context["page"].rows]

    assert names(cast.viewer) == ["nightly", "fraud"]
    assert names(cast.admin) == ["nightly", "fraud", hidden.name]
    assert (names(cast.viewer, "?of=undeclared"), names(cast.owner_b, "?of=ours")) == (["fraud"], ["nightly"])
    assert (names(cast.viewer, "?kind=job"), names(cast.viewer, "?of=ours")) == (["nightly"], [])
    shown = page_as(cast.viewer).get("/c/").content.decode()
    assert "seen by token" in shown
    spreadsheet = b"".join(page_as(cast.viewer).get("/c/?format=csv").streaming_content).decode()
    assert "job,nightly,risk,,1," in spreadsheet
