"""Sends what is due. Several workers may do it at once: each row is claimed before anything leaves.

A worker that dies between sending and writing so sends again after `LEASE`, with the same Message-ID or webhook-id:
whoever receives it can tell. Nothing else is ever sent twice.
"""

from datetime import timedelta
from email.utils import make_msgid

import httpx
import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from common import guarded, json
from common.locks import wait_for_lock
from registry.choices import Channel, DeliveryState, HookKind
from registry.models import Delivery, Message, Webhook
from registry.outbox.letters import absolute_url, as_event, as_html, as_slack, as_teams, as_text
from registry.outbox.paging import alerts_url, as_alerts, as_pagerduty
from registry.secrets import unseal

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
# As Standard Webhooks suggests: about three days in all.
RETRIES = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
GONE = 410
MOST_IN_DIGEST = 200


def send_due() -> int:
    """Send everything that is due. Returns how many deliveries were tried."""
    tried = 0
    with guarded.client(settings.CHARTER_WEBHOOK_HOSTS) as web:
        while batch := _claimed():
            _send(batch, web)
            tried += len(batch)
    return tried


@transaction.atomic
def _claimed() -> list[Delivery]:
    """One due delivery, or a digest of all that are due at its address, out of reach of other workers for a while."""
    due = Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lte=timezone.now()).order_by("due_at", "pk")
    first = due.select_for_update(skip_locked=True, of=("self",)).first()
    if first is None:
        return []
    batch = _digest(first) if first.is_digest else [first]
    numbers = [one.pk for one in batch]
    Delivery.objects.filter(pk__in=numbers).update(due_at=timezone.now() + LEASE, attempts=first.attempts + 1)
    return list(Delivery.objects.filter(pk__in=numbers).select_related("message", "webhook").order_by("pk"))


def _digest(first: Delivery) -> list[Delivery]:
    wait_for_lock(f"digest:{first.address}")  # one worker at a time makes the digest of an address
    mine = Delivery.objects.filter(
        address=first.address, is_digest=True, state=DeliveryState.WAITING, due_at__lte=timezone.now()
    ).order_by("pk")
    return list(mine.select_for_update(skip_locked=True, of=("self",))[:MOST_IN_DIGEST])


def _send(batch: list[Delivery], web: httpx.Client) -> None:
    try:
        status = None
        if batch[0].channel == Channel.MAIL:
            _mail(batch)
        else:
            status = _post(batch[0], web)
    except Exception as wrong:  # noqa: BLE001  whatever an outside server does, the others must be told
        _failed(batch, f"{type(wrong).__name__}: {wrong}", None)
        return
    if status is None or 200 <= status < 300:
        _mark(batch, state=DeliveryState.SENT, sent_at=timezone.now(), status=status, error="")
    else:
        _failed(batch, f"It answered {status}.", status)


def _mail(batch: list[Delivery]) -> None:
    messages = [one.message for one in batch]
    subject = messages[0].title if len(batch) == 1 else f"{len(batch)} notices from Charter"
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">")
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()), body=as_text(messages), to=[batch[0].address],
        headers={
            "Message-ID": f"<charter-{batch[0].pk}-{len(batch)}@{host}>" if host else make_msgid(),
            "List-Unsubscribe": f"<{absolute_url('/settings/notices/')}>",
            "Auto-Submitted": "auto-generated",
        },
    )  # fmt: skip
    mail.attach_alternative(as_html(messages), "text/html")
    mail.send()


def _post(delivery: Delivery, web: httpx.Client) -> int:
    hook, message = delivery.webhook, delivery.message
    assert hook is not None  # noqa: S101  its channel says so
    secrets = unseal(bytes(hook.sealed), bound_to=hook.bound_to)
    url, content = _request(HookKind(hook.kind), message, secrets)
    headers = {"Content-Type": "application/json", "User-Agent": "Charter"}
    if hook.kind == HookKind.STANDARD:
        headers |= _signed(hook, secrets, message.public_id, content)
    status, _ = guarded.post(web, url, content=content, headers=headers)
    return status


def _request(kind: HookKind, message: Message, secrets: dict[str, str]) -> tuple[str, bytes]:
    """Where it goes, and what is said there."""
    url = secrets["url"]
    match kind:
        case HookKind.SLACK:
            return url, as_slack(message)
        case HookKind.TEAMS:
            return url, as_teams(message)
        case HookKind.PAGERDUTY:
            return url, as_pagerduty(message, secrets["key"])
        case HookKind.ALERTMANAGER:
            return alerts_url(url), as_alerts(message)
    return url, json.dumps(as_event(message))


def _signed(hook: Webhook, secrets: dict[str, str], number: str, content: bytes) -> dict[str, str]:
    now = timezone.now()
    keys = [secrets["key"]]
    if hook.both_until and hook.both_until > now and "former_key" in secrets:
        keys.append(secrets["former_key"])
    signatures = " ".join(Signer(key).sign(number, now, content.decode()) for key in keys)
    return {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures,
    }


def _failed(batch: list[Delivery], error: str, status: int | None) -> None:
    """Try again later; after the last try give up, and with it a webhook that has not answered for days."""
    attempts, hook = batch[0].attempts, batch[0].webhook
    log.warning("delivery_failed", delivery=batch[0].pk, channel=batch[0].channel, attempts=attempts, error=error)
    is_last = attempts > len(RETRIES) or status == GONE
    if not is_last:
        later = timezone.now() + timedelta(seconds=RETRIES[attempts - 1])
        _mark(batch, due_at=later, status=status, error=error)
        return
    _mark(batch, state=DeliveryState.FAILED, status=status, error=error)
    if hook is not None:
        because = "It answered that it is gone." if status == GONE else f"Nothing arrived for three days. {error}"
        Webhook.objects.filter(pk=hook.pk).update(disabled_at=timezone.now(), disabled_because=because[:400])


def _mark(batch: list[Delivery], **columns: object) -> None:
    if "error" in columns:
        columns["error"] = str(columns["error"])[:500]
    Delivery.objects.filter(pk__in=[one.pk for one in batch]).update(**columns)
