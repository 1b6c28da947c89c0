"""Grants of risk's models on features of payments, some of them used, and a review that looks at them again."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from governance.actions.recertifying import Said, answer_items, start_review
from governance.models import Grant, Outcome, Policy, Recertification, RecertificationItem, RequestState
from governance.models.requests import AccessRequest, RequestItem
from governance.queries.recertification import Scope
from registry.models import ReadDay, User
from tests.factories import ConsumerFactory
from tests.governance.asking import WHY, in_days, make_asking, personal


def granted(asking: Any, version: Any, consumer: Any, *, days_ago: int = 100, **said: Any) -> Grant:
    """An active grant from so many days ago, with the request that it came from."""
    now = timezone.now()
    start = now - timedelta(days=days_ago)
    policy = Policy.objects.current().filter(privacy_class=version.privacy_class).first()
    request = AccessRequest.objects.create(
        requester=said.pop("requester", asking.cast.owner_b), consumer=consumer, purpose=asking.fraud, why=WHY,
        days=180, team=consumer.team, state=RequestState.APPROVED, sent_at=start, due_at=start, decided_at=start,
    )  # fmt: skip
    item = RequestItem.objects.create(
        request=request, version=version, outcome=Outcome.APPROVED, subject=f"consumer:{consumer.pk}",
        purpose=asking.fraud, setting="offline", privacy_class=version.privacy_class, policy=policy,
        owner=version.feature.owner,
    )  # fmt: skip
    usual = {"privacy_class": version.privacy_class, "setting": "offline", "state": "active", "purpose": asking.fraud}
    return Grant.objects.create(
        item=item, version=version, consumer=consumer, team=consumer.team, lasts=timedelta(days=180), created_at=start,
        starts_at=start, ends_at=start + timedelta(days=180), **usual | said,
    )  # fmt: skip


def read(grant: Grant, *days_ago: int, reads: int = 50) -> None:
    """Its reader reports reads of these days."""
    ReadDay.objects.bulk_create(
        ReadDay(
            consumer=grant.consumer, feature=grant.version.feature, number=grant.version.number,
            day=timezone.now().date() - timedelta(days=back), reads=reads, last_at=timezone.now(), token_name="test",
        )
        for back in days_ago
    )  # fmt: skip


def make_reviewing(cast: SimpleNamespace) -> SimpleNamespace:
    """`used` was read last week, `unused` 80 days ago, of `unknown` nobody reports anything, `fresh` is new."""
    asking = make_asking(cast)
    scorer = ConsumerFactory(kind="service", name="scorer", team=cast.risk)
    made = SimpleNamespace(
        asking=asking, cast=cast, scorer=scorer,
        used=granted(asking, asking.amount, asking.model), unused=granted(asking, asking.postcode, asking.model),
        unknown=granted(asking, asking.email, scorer), fresh=granted(asking, asking.health, asking.model, days_ago=5),
    )  # fmt: skip
    read(made.used, 7, 8, 9)
    read(made.unused, 80)
    return made


def begin(made: SimpleNamespace, *, actor: User | None = None, days: int = 14, **said: Any) -> Recertification:
    scope = said.pop("scope", Scope())
    usual = {"title": "2026 Q4", "due_on": in_days(days), "scope": scope}
    return start_review(None, actor=actor or made.cast.member, **usual | said)


def item_of(review: Recertification, grant: Grant) -> RecertificationItem:
    return review.items.get(grant=grant)


def say(review: Recertification, actor: User, answer: str, *grants: Grant, reason: str = "", **more: Any) -> list[str]:
    """Answer, and what was refused, in words; empty where nothing was."""
    actor = User.objects.get(pk=actor.pk)
    asked = [Said(item_of(review, one).pk, answer, reason, **more) for one in grants]
    outcomes = answer_items(Recertification.objects.get(pk=review.pk), actor=actor, said=asked)
    texts = (getattr(one.refusal, "messages", [str(one.refusal or "")]) for one in outcomes)
    return [" ".join(text) for text in texts if any(text)]


def many(made: SimpleNamespace, count: int) -> list[Grant]:
    """So many more grants, each of its own feature."""
    features = (personal(made.asking.view, f"more{n}", "pseudonymous") for n in range(count))
    return [granted(made.asking, one.versions.get(), made.asking.model) for one in features]
