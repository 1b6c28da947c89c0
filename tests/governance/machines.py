"""Questions as machines ask them, and who asks: Bob's token, whose team runs the model `fraud-ranker`."""

from types import SimpleNamespace
from typing import Any

from rest_framework.test import APIClient

from governance.models import Grant
from tests.cast import api_as
from tests.governance.asking import ask, decide

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
MODEL = {"type": "model", "id": "fraud-ranker"}
POSTCODE = "pay.users.postcode"


def asker(asking: SimpleNamespace) -> APIClient:
    return api_as(asking.cast.owner_b, "authz:evaluate")


def question(resource: str = POSTCODE, action: str = "serve", subject: Any = MODEL, **context: Any) -> dict[str, Any]:
    """May the model serve the postcode for fraud in prod? Or what is said instead."""
    kind = "feature" if resource.partition("@")[0].count(".") > 1 else "feature_view"
    return {
        "subject": subject, "action": {"name": action}, "resource": {"type": kind, "id": resource},
        "context": {"purpose": "fraud", "environment": "prod"} | context,
    }  # fmt: skip


def decided(client: APIClient, *args: Any, **said: Any) -> dict[str, Any]:
    """{decision, context} of one question."""
    answer = client.post(EVALUATION, question(*args, **said))
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def reason(client: APIClient, *args: Any, **said: Any) -> tuple[bool, str]:
    told = decided(client, *args, **said)
    return told["decision"], told["context"]["reason_code"]


def grant(asking: SimpleNamespace, version: Any = None, *, actor: Any = None, **said: Any) -> Grant:
    """Postcode for the model, online, for ninety days, unless something else is said; decided as people do."""
    version = version or asking.postcode
    request = ask(asking, version, actor=actor, **{"setting": "online"} | said)
    for voter in (asking.cast.owner_a, asking.cast.member, asking.second, asking.third):
        request.refresh_from_db()
        if request.is_open:
            decide(request, voter)
    return Grant.objects.get(item__request=request)


def grant_by_hand(version: Any, consumer: Any, *, ends_at: Any, setting: str = "online") -> Grant:
    """A grant without anybody's decision, for what is about grants and not about deciding."""
    from django.utils import timezone

    from governance.models import AccessRequest, Policy, Purpose, RequestItem
    from registry.models import User
    from tests.governance.asking import purpose, usual_policies

    usual_policies()
    for_what = Purpose.objects.filter(name="fraud").first() or purpose()
    now, who = timezone.now(), User.objects.order_by("pk")[0]
    type(version).objects.filter(pk=version.pk).update(purposes=["fraud"])
    request = AccessRequest.objects.create(
        requester=who, consumer=consumer, team=consumer.team, purpose=for_what, state="approved", sent_at=now,
        due_at=now, setting=setting,
    )  # fmt: skip
    item = RequestItem.objects.create(
        request=request, version=version, outcome="approved", subject="x", purpose=for_what, setting=setting,
        privacy_class=version.privacy_class, policy=Policy.objects.first(),
    )  # fmt: skip
    return Grant.objects.create(
        item=item, version=version, consumer=consumer, team=consumer.team, purpose=for_what, setting=setting,
        privacy_class=version.privacy_class, state="active", lasts=ends_at - now, starts_at=now, ends_at=ends_at,
    )  # fmt: skip
