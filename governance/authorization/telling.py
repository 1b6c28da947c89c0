"""What an answer says beside yes or no: why, until when, on which conditions, and where to ask for access."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from governance.authorization.asked import FEATURE, Act
from governance.authorization.deciding import Decided
from governance.authorization.judging import Judged
from governance.models import Setting

TEMPLATE = "access"
MOST_PARTS = 20  # features of a view that are named


def told(one: Decided) -> dict[str, Any]:
    """{decision, context} as AuthZEN has it; of what can be asked for also what the Access Request profile wants."""
    judged = one.judged
    context: dict[str, Any] = {"reason_code": judged.code, "ttl_seconds": judged.ttl(one.at)}
    if one.id is not None:
        context |= {"evaluation_id": str(one.id), "evaluated_at": one.at}
    context |= _yes(judged) if judged.decision else _no(one)
    return {"decision": judged.decision, "context": context}


def _yes(judged: Judged) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if judged.held is not None:
        said |= {"grant": f"GR-{judged.held.id}", "expires_at": judged.held.ends_at}
    if judged.obligations:
        said["obligations"] = judged.obligations
    return said


def _no(one: Decided) -> dict[str, Any]:
    judged = one.judged
    said: dict[str, Any] = {"reason_user": judged.text}
    if judged.parts:
        said["features"] = [
            {"id": part.about.reference, "reason_code": part.code} for part in judged.parts[:MOST_PARTS] if part.about
        ]
    if judged.may_be_asked_for:
        form = request_url(one)
        said |= {"reason": judged.code, "request_url": form, "access_request": _requestable(one, form)}
    if one.asked.approval:
        said |= _of_approval(judged)
    return said


def _of_approval(judged: Judged) -> dict[str, Any]:
    """What to do with an approval that did not help. It is never looked at: what counts is the grant itself."""
    if judged.may_be_asked_for:
        return {"next_action": "request"}
    return {"next_action": "none", "reason": "policy_denied"}


def _requestable(one: Decided, form: str) -> dict[str, Any]:
    return {
        "endpoint": settings.CHARTER_BASE_URL + _path("authzen:requests"),
        "template": TEMPLATE,
        "expires_at": one.requestable_until,
        "form_url": form,
        "request_schema_url": settings.CHARTER_BASE_URL + _path("authzen:request-schema"),
        "display": {"title": "Request access", "description": one.judged.text},
    }


def request_url(one: Decided) -> str:
    """The form for people, filled in as far as the question says it."""
    references = [part.about.reference for part in one.judged.parts[:MOST_PARTS] if part.about]
    if one.asked.resource.type == FEATURE and one.judged.about:
        references = [one.judged.about.reference]
    said = {
        "subject": str(one.asked.subject), "purpose": one.asked.purpose, "environment": one.asked.environment,
        "setting": Setting.ONLINE if one.asked.action == Act.SERVE else Setting.OFFLINE,
    }  # fmt: skip
    query = [*(("f", name) for name in references), *((name, text) for name, text in said.items() if text)]
    return f"{settings.CHARTER_BASE_URL}{_path('governance:request-new')}?{urlencode(query, safe=':@')}"


@cache
def _path(name: str) -> str:
    return reverse(name)
