"""A version from the announcement to its end, with a real mail server and a real receiver of webhooks."""

import json
import threading
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from governance.actions.following import follow_all
from governance.models import Deprecation
from registry.actions.telling import tell
from registry.actions.webhooks import create_webhook
from registry.models import Delivery, Usage, Version
from registry.outbox.letters import Letter
from registry.outbox.sending import send_due
from tests.cast import api_as
from tests.governance.ending import in_days

pytestmark = pytest.mark.django_db(transaction=True)
API = "/api/v1"


def text_of(mail: Any) -> str:
    return str(mail.get_payload()[0].get_payload(decode=True).decode())


def test_from_the_announcement_to_the_end(
    ending: SimpleNamespace,
    receiver: SimpleNamespace,
    mail_server: list[Any],
) -> None:
    cast = ending.cast
    _, key = create_webhook(cast.risk, actor=cast.owner_b, name="Risk", kind="standard", url=receiver.url)
    create_webhook(cast.risk, actor=cast.owner_b, name="Slack", kind="slack", url=receiver.url)
    said = ending.said | {"version": str(ending.old), "replacement": str(ending.new), "sunset_on": str(in_days(100))}
    made = api_as(cast.owner_a).post(f"{API}/deprecations", said, format="json").json()
    send_due()
    assert [mail["To"] for mail in mail_server] == ["risk@example.org"]
    assert f"{ending.old} goes away" in mail_server[0]["Subject"]
    assert f"/deprecations/{made['id']}/?answer=acknowledged#answer" in text_of(mail_server[0])
    signed = [(headers, body) for headers, body in receiver.requests if "webhook-signature" in headers]
    event = Signer(key).verify(signed[0][1], signed[0][0])
    assert (event["type"], event["data"]["version"]) == ("feature.deprecated", str(ending.old))
    slack = [json.loads(body) for headers, body in receiver.requests if "webhook-signature" not in headers]
    assert slack[0]["blocks"][0]["text"]["text"].startswith(str(ending.old))

    follow_all()
    assert send_due() == 0, "told once, however often it is followed"

    bob = api_as(cast.owner_b)
    path = f"{API}/deprecations/{made['id']}"
    assert bob.post(f"{path}/acknowledge", {"consumer": "model:fraud"}, format="json").status_code == 200
    later = timezone.now() + timedelta(days=95)
    with time_machine.travel(later):
        follow_all()
        send_due()
        assert "goes away in" in mail_server[-1]["Subject"]
    bob.put(f"{API}/consumers/model:fraud/features", {"features": [str(ending.new)]}, format="json")
    Usage.objects.filter(feature=ending.feature, evidence="observed").update(gone_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=101)):
        follow_all()
        alice = api_as(cast.owner_a)
        version = f"{API}/features/{ending.feature.key}/versions/1"
        assert alice.get(f"{version}/can-retire").json() == {"ok": True, "blockers": []}
        assert alice.post(f"{version}/retire", {"reason": "Done."}, format="json").status_code == 200
        follow_all()
        send_due()
        headers, body = next(one for one in reversed(receiver.requests) if "webhook-signature" in one[0])
        assert Signer(key).verify(body, headers)["type"] == "feature.retired"
    assert Version.objects.get(pk=ending.old.pk).state == "retired"
    assert Deprecation.objects.get().state == "retired"
    told = [json.loads(body)["type"] for headers, body in receiver.requests if "webhook-signature" in headers]
    assert told.count("feature.deprecated") == 1
    assert told[-1] == "feature.retired"


def test_several_workers_send_each_message_once(
    cast: SimpleNamespace,
    receiver: SimpleNamespace,
    mail_server: list[Any],
) -> None:
    cast.risk.email = "risk@example.org"
    cast.risk.save()
    create_webhook(cast.risk, actor=cast.owner_b, name="Risk", kind="standard", url=receiver.url)
    for at in range(30):
        tell("feature.deprecated", key=f"m{at}", title=f"Number {at}", letter=Letter(), data={}, teams=[cast.risk])

    def work() -> None:
        try:
            send_due()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sorted(mail["Subject"] for mail in mail_server) == sorted(f"Number {number}" for number in range(30))
    numbers = [headers["webhook-id"] for headers, _ in receiver.requests]
    assert (len(numbers), len(set(numbers))) == (30, 30)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}
