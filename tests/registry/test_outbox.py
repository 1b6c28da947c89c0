"""The outbox sends each message once, by mail and to webhooks, and tries again what failed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from registry.actions.notices import choose_notices
from registry.actions.telling import tell
from registry.actions.webhooks import create_webhook, redeliver, renew_key, try_webhook
from registry.models import Delivery, Message, Webhook
from registry.outbox.letters import Letter
from registry.outbox.sending import send_due

pytestmark = pytest.mark.django_db
LETTER = Letter(paragraphs=("It ends.",), why="You follow it.")


def say(cast: SimpleNamespace, key: str = "a", event: str = "feature.deprecated", **more: Any) -> None:
    tell(event, key=key, title=f"{key} ends", letter=LETTER, data={"version": "p.v.f@1"}, **more)


def hook_of(cast: SimpleNamespace, receiver: SimpleNamespace, kind: str = "standard") -> tuple[Webhook, str]:
    return create_webhook(cast.risk, actor=cast.owner_b, name="Ours", kind=kind, url=receiver.url)


def soon() -> None:
    Delivery.objects.filter(state="waiting").update(due_at=timezone.now())


def test_mail_goes_out_once(cast: SimpleNamespace, mailoutbox: list[Any]) -> None:
    for _ in range(2):
        say(cast, teams=[cast.risk], users=[cast.owner_b])
    assert (send_due(), send_due()) == (1, 0)
    (mail,) = mailoutbox
    assert (mail.subject, mail.to) == ("a ends", ["bob@example.org"])
    assert "It ends." in mail.body
    assert "/settings/notices/" in mail.extra_headers["List-Unsubscribe"]
    assert Delivery.objects.get().state == "sent"


def test_digests_are_one_mail_and_never_is_none(cast: SimpleNamespace, mailoutbox: list[Any]) -> None:
    bob = cast.owner_b
    choose_notices(bob, actor=bob, cadences={"feature.deprecated": "daily", "feature.retired": "off"})
    say(cast, "a", users=[bob])
    say(cast, "b", users=[bob])
    say(cast, "c", "feature.retired", users=[bob])
    assert send_due() == 0
    soon()
    assert send_due() == 2
    assert [mail.subject for mail in mailoutbox] == ["2 notices from Charter"]


def test_a_webhook_is_signed_with_both_keys_for_a_day(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    hook, former = hook_of(cast, receiver)
    key = renew_key(hook, actor=cast.owner_b)
    say(cast, teams=[cast.risk])
    send_due()
    ((headers, body),) = receiver.requests
    for one in (key, former):
        assert Signer(one).verify(body, headers)["type"] == "feature.deprecated"
    assert receiver.url not in str(Webhook.objects.values().get())


def test_what_fails_is_tried_again_with_the_same_number(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    hook_of(cast, receiver)
    receiver.status = 503
    say(cast, teams=[cast.risk])
    send_due()
    held = Delivery.objects.get(webhook__isnull=False)
    assert (held.state, held.status, held.due_at > timezone.now() + timedelta(seconds=3)) == ("waiting", 503, True)
    receiver.status = 200
    soon()
    send_due()
    redeliver(held, actor=cast.owner_b)
    send_due()
    assert len({headers["webhook-id"] for headers, _ in receiver.requests}) == 1
    assert len(receiver.requests) == 3


def test_what_is_gone_is_switched_off(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    hook, _ = hook_of(cast, receiver, "slack")
    receiver.status = 410
    try_webhook(hook, actor=cast.owner_b)
    send_due()
    hook.refresh_from_db()
    assert (hook.disabled_at is not None, hook.disabled_because) == (True, "It answered that it is gone.")


def test_webhooks_do_not_lead_into_the_own_network(
    cast: SimpleNamespace, receiver: SimpleNamespace, settings: Any
) -> None:
    settings.CHARTER_WEBHOOK_HOSTS = []
    hook, _ = hook_of(cast, receiver)
    try_webhook(hook, actor=cast.owner_b)
    send_due()
    assert "Forbidden" in Delivery.objects.get().error
    assert receiver.requests == []


def test_webhooks_are_made_by_the_team_alone(cast: SimpleNamespace, receiver: SimpleNamespace) -> None:
    for role in ("viewer", "owner_a", "member", "auditor", "service"):
        with pytest.raises(PermissionDenied):
            create_webhook(cast.risk, actor=getattr(cast, role), name="x", kind="slack", url=receiver.url)
    assert not Message.objects.exists()
