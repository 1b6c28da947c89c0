"""Incidents in the words of tools that wake people: PagerDuty's Events API v2 and Alertmanager's API v2.

Both get the name of the incident as what makes several messages one, so that "over" closes what "begun" opened. A test
is told as something that has begun and does not matter.
"""

from datetime import datetime, timedelta
from typing import Any

from common import json
from registry.models import Message
from registry.outbox.letters import absolute_url

PAGERDUTY_ACTIONS = {"incident.acknowledged": "acknowledge", "incident.resolved": "resolve"}
ALERTS = "/api/v2/alerts"
# Alertmanager forgets an alert that nobody repeats, unless it is said until when it lasts.
LASTS, TEST_LASTS = timedelta(days=30), timedelta(minutes=5)
_LONGEST = 1_024


def as_pagerduty(message: Message, routing_key: str) -> bytes:
    """An event of https://developer.pagerduty.com/docs/events-api-v2."""
    data = message.data
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": PAGERDUTY_ACTIONS.get(message.event, "trigger"),
        "dedup_key": f"charter-{data.get('incident', message.public_id)}",
        "client": "Charter",
        "client_url": absolute_url(_path(message)),
        "links": [{"href": absolute_url(path), "text": label} for label, path in message.letter["links"]],
        "payload": {
            "summary": message.title[:_LONGEST], "source": str(data.get("cause", "charter"))[:_LONGEST],
            "severity": "critical" if "incident" in data else "info", "timestamp": message.created_at.isoformat(),
            "class": data.get("kind", ""), "group": data.get("team", ""), "custom_details": dict(data),
        },
    }  # fmt: skip
    return json.dumps(event)


def as_alerts(message: Message) -> bytes:
    """Alerts of https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml."""
    data, is_test = message.data, "incident" not in message.data
    starts = datetime.fromisoformat(data["opened_at"]) if "opened_at" in data else message.created_at
    is_over = message.event == "incident.resolved"
    ends = message.created_at if is_over else message.created_at + (TEST_LASTS if is_test else LASTS)
    labels = {name: str(data[name]) for name in ("incident", "cause_kind", "cause", "kind", "owner") if data.get(name)}
    labels |= {"alertname": "CharterTest" if is_test else "CharterIncident"}
    labels |= {} if is_test else {"severity": "page" if data.get("is_paging") else "ticket"}
    alert = {
        "labels": labels,
        "annotations": {"summary": message.title, "description": "\n\n".join(message.letter["paragraphs"])},
        "startsAt": min(starts, ends).isoformat(), "endsAt": ends.isoformat(),
        "generatorURL": absolute_url(_path(message)),
    }  # fmt: skip
    return json.dumps([alert])


def alerts_url(url: str) -> str:
    """Where alerts go: the address of Alertmanager itself will do."""
    return url if url.rstrip("/").endswith(ALERTS) else url.rstrip("/") + ALERTS


def _path(message: Message) -> str:
    return next((path for _, path in message.letter["links"]), "/")
