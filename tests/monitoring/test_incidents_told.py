"""Who is told of an incident: owners at once, readers in their digest, pagers only for what matters most."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from monitoring.actions.incidents import acknowledge_incident, reassign_incident, resolve_incident
from monitoring.models import Incident
from registry.actions.consumers import change_tier
from registry.actions.webhooks import create_webhook, try_webhook
from registry.models import Delivery, FeatureView, Message, Usage
from registry.outbox.sending import send_due
from tests.factories import ConsumerFactory, ProjectFactory
from tests.monitoring.breaking import FRESH, hourly, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    """Payments owns it, a model of Risk reads it."""
    made = hourly("stats", owner=cast.payments)
    model = ConsumerFactory(name="ranker", team=cast.risk)
    Usage.objects.create(consumer=model, feature=made.features.get(), evidence="declared")
    return made


def hook(cast: SimpleNamespace, receiver: SimpleNamespace, kind: str, **more: Any) -> None:
    create_webhook(cast.payments, actor=cast.owner_a, name=kind, kind=kind, url=receiver.url, **more)


def sent(receiver: SimpleNamespace) -> list[Any]:
    send_due()
    return [json.loads(body) for _, body in receiver.requests]


def test_the_owner_at_once_and_readers_in_the_morning(
    cast: SimpleNamespace, view: FeatureView, mailoutbox: list[Any]
) -> None:
    read(view, times=2)
    send_due()
    (mail,) = mailoutbox
    incident = Incident.objects.get()
    assert mail.to == [cast.owner_a.email]
    assert mail.subject == f"{incident}: View {view.key} is stale"
    for words in (view.key, "Acknowledge", "/docs/runbook-materialization/", "older than the limit of 2 h"):
        assert words in mail.body, words
    waiting = Delivery.objects.get(state="waiting")
    assert (waiting.message.event, waiting.address, waiting.is_digest) == ("incident.upstream", "bob@example.org", True)
    read(view, age=FRESH, times=2)
    send_due()
    assert [one.subject for one in mailoutbox[1:]] == [f"Over: {incident}: View {view.key} is stale"]
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())
    send_due()
    assert (mailoutbox[2].to, mailoutbox[2].subject) == (["bob@example.org"], "2 notices from Charter")
    assert "model:ranker" in mailoutbox[2].body


def test_a_team_s_address_gets_the_digest_too(cast: SimpleNamespace, view: FeatureView, mailoutbox: list[Any]) -> None:
    cast.risk.email = "risk@example.org"
    cast.risk.save()
    read(view, times=2)
    send_due()
    assert [mail.to for mail in mailoutbox] == [["alice@example.org"]]
    assert Delivery.objects.get(address="risk@example.org").is_digest


def test_whoever_gets_it_is_told_and_nobody_twice(cast: SimpleNamespace, view: FeatureView) -> None:
    read(view, times=2)
    incident = Incident.objects.get()
    reassign_incident(incident, actor=cast.owner_a, team=cast.risk)
    reassign_incident(incident, actor=cast.owner_a, team=cast.payments)
    told = Message.objects.filter(event="incident.opened", is_for_everybody=False)
    assert sorted(team.slug for one in told for team in one.teams.all()) == ["payments", "risk"]


def test_programs_hear_of_each_breach_and_people_do_not(
    cast: SimpleNamespace, view: FeatureView, receiver: SimpleNamespace, mailoutbox: list[Any]
) -> None:
    hook(cast, receiver, "standard", events=["health.breached", "health.recovered"])
    read(view, times=2)
    read(view, age=FRESH, times=2)
    found = sent(receiver)
    assert [one["type"] for one in found] == ["health.breached", "health.recovered"]
    assert found[0]["data"]["views"] == [view.key]
    assert not [mail for mail in mailoutbox if "Over" not in mail.subject and "INC" not in mail.subject]


@pytest.mark.parametrize("tier", [None, 2, 1])
def test_a_pager_goes_off_only_for_the_first_tier(
    cast: SimpleNamespace, view: FeatureView, receiver: SimpleNamespace, tier: int | None
) -> None:
    hook(cast, receiver, "pager", routing_key="R" * 32)
    change_tier(Usage.objects.get().consumer, actor=cast.owner_b, tier=tier)
    read(view, times=2)
    incident = Incident.objects.get()
    acknowledge_incident(incident, actor=cast.owner_a)
    resolve_incident(incident, actor=cast.owner_a)
    found = sent(receiver)
    if tier != 1:
        assert found == []
        return
    assert [one["event_action"] for one in found] == ["trigger", "acknowledge", "resolve"]
    assert {one["dedup_key"] for one in found} == {f"charter-{incident}"}
    assert {one["routing_key"] for one in found} == {"R" * 32}
    assert found[0]["payload"]["severity"] == "critical"


def test_alertmanager_gets_alerts_that_last_until_they_are_over(
    cast: SimpleNamespace, view: FeatureView, receiver: SimpleNamespace
) -> None:
    hook(cast, receiver, "alerts")
    read(view, times=2)
    read(view, age=FRESH, times=2)
    (begun,), (over,) = sent(receiver)
    assert begun["labels"] == over["labels"]
    assert begun["labels"]["severity"] == "ticket"
    assert begun["endsAt"] > (timezone.now() + timedelta(days=29)).isoformat()
    assert over["endsAt"] <= timezone.now().isoformat()
    assert over["startsAt"] <= over["endsAt"]


def test_teams_gets_a_card(cast: SimpleNamespace, view: FeatureView, receiver: SimpleNamespace) -> None:
    hook(cast, receiver, "teams")
    read(view, times=2)
    card = sent(receiver)[-1]["attachments"][0]["content"]
    assert card["body"][0]["text"] == f"{Incident.objects.get()}: View {view.key} is stale"
    assert [one["title"] for one in card["actions"]] == ["Acknowledge", "Runbook", "Mute"]
    assert card["actions"][0]["url"].startswith("http://localhost")


def test_pagers_hear_of_incidents_and_nothing_else(
    cast: SimpleNamespace, view: FeatureView, receiver: SimpleNamespace
) -> None:
    from registry.actions.telling import tell
    from registry.outbox.letters import Letter

    hook(cast, receiver, "alerts")
    tell("feature.retired", key="x", title="x", letter=Letter(), data={}, teams=[cast.payments])
    assert sent(receiver) == []


@pytest.mark.parametrize("kind", ["pager", "alerts", "teams"])
def test_each_can_be_tried(cast: SimpleNamespace, receiver: SimpleNamespace, kind: str) -> None:
    made, key = create_webhook(
        cast.payments, actor=cast.owner_a, name=kind, kind=kind, url=receiver.url,
        routing_key="R" * 32 if kind == "pager" else "",
    )  # fmt: skip
    assert key == ""
    try_webhook(made, actor=cast.owner_a)
    assert len(sent(receiver)) == 1


def test_only_pagerduty_has_a_routing_key(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    with pytest.raises(ValidationError):
        hook(cast, receiver, "pager")
    with pytest.raises(ValidationError):
        hook(cast, receiver, "slack", routing_key="R")


def test_the_tier_is_said_by_who_runs_it(cast: SimpleNamespace, view: FeatureView) -> None:
    model = Usage.objects.get().consumer
    with pytest.raises(PermissionDenied):
        change_tier(model, actor=cast.owner_a, tier=1)
    with pytest.raises(ValidationError):
        change_tier(model, actor=cast.owner_b, tier=4)


def test_everybody_hears_of_what_is_listed(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    create_webhook(None, actor=cast.admin, name="All", kind="standard", url=receiver.url, events=["incident.opened"])
    read(hourly("stats", project=ProjectFactory(visibility="restricted", owner=cast.payments)), times=2)
    assert sent(receiver) == []
    read(hourly("open", owner=cast.payments), times=2)
    (told,) = sent(receiver)
    assert told["data"]["views"] == []
