"""The facts behind what is suggested about a request, as they are now."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from governance.models import AccessRequest, Grant, Outcome, RequestItem, Setting
from governance.queries.votes import said_now
from governance.recommending import Facts, Recommendation, recommend
from lineage.queries.impact import impact_of
from lineage.queries.named import find_node
from registry.choices import PrivacyClass
from registry.models import Feature, ReadDay, User, Version
from registry.queries.alike import Alike, alike
from registry.queries.alike import facts_of as names_of

UNUSED_AFTER = timedelta(days=30)
MOST_PRECEDENTS, MOST_OUTPUTS = 5, 4
SAME_ENOUGH = 0.4  # as likely the same as an alternative has to be


def recommended(request: AccessRequest, actor: User) -> Recommendation:
    """What is suggested about what is still pending in it; about all of it once nothing is. Told from what the actor
    sees."""
    return recommend(facts_of(request, actor))


def facts_of(request: AccessRequest, actor: User) -> Facts:
    items = items_weighed(request, actor)
    purpose = request.purpose
    held, said = held_by(request), said_now(request)
    others = alternatives_to([item.version for item in items], actor)
    known = precedents(request, items)
    quasi = {item.version_id for item in items if item.privacy_class == PrivacyClass.QUASI_IDENTIFIER}
    quasi |= {grant.version_id for grant in held if grant.privacy_class == PrivacyClass.QUASI_IDENTIFIER}
    return Facts(
        purpose=purpose.name if purpose else "none", is_assessed=bool(purpose and purpose.is_assessed),
        classes=tuple(sorted({item.privacy_class for item in items})),
        purposes_missing=tuple(
            str(item.version) for item in items if purpose is None or purpose.name not in item.version.purposes
        ),
        days=min([request.days, *(one.days for one in said if one.days)]),
        setting=Setting.OFFLINE if any(one.setting == Setting.OFFLINE for one in said) else request.setting,
        environment=request.environment or (request.consumer.environment if request.consumer else ""),
        quasi_together=len(quasi), held=len(held), held_unused=_unused(request, held),
        approved_before=_named(request, known, Outcome.APPROVED),
        denied_before=_named(request, known, Outcome.DENIED),
        days_before=_days_before(known), outputs=outputs_of(request, actor),
        alternatives=tuple(one.feature.key for one in others.values()),
    )  # fmt: skip


def items_weighed(request: AccessRequest, actor: User) -> list[RequestItem]:
    """What a decision is about: what is pending, or everything once nothing is."""
    items = list(seen_items(request, actor))
    return [item for item in items if item.is_open] or items


def seen_items(request: AccessRequest, actor: User) -> QuerySet[RequestItem]:
    """Items of features that the actor sees: who owns one of a basket does not see restricted ones of others."""
    seen = request.items.filter(version__feature__in=Feature.objects.visible_to(actor))
    return seen.select_related("version__feature__view", "policy", "owner")


def held_by(request: AccessRequest) -> list[Any]:
    """The grants that the same reader holds already, each with `is_used`: whether it was, in the last month."""
    rows = Grant.objects.active().filter(consumer=request.consumer)
    rows = rows.filter(user=None if request.consumer_id else request.requester)
    read = ReadDay.objects.filter(
        consumer=OuterRef("consumer"), feature=OuterRef("version__feature"),
        day__gt=timezone.now().date() - UNUSED_AFTER,
    )  # fmt: skip
    return list(rows.annotate(is_used=Exists(read)).select_related("version__feature"))


def _unused(request: AccessRequest, held: list[Any]) -> int | None:
    """Grants older than a month that nobody used; None where nobody reports what the reader reads."""
    if request.consumer is None or not ReadDay.objects.filter(consumer=request.consumer).exists():
        return None
    old = timezone.now() - UNUSED_AFTER
    return sum(not grant.is_used for grant in held if grant.starts_at and grant.starts_at < old)


def precedents(request: AccessRequest, items: list[RequestItem]) -> list[RequestItem]:
    """The last decided items for the same features, whatever they were for."""
    features = [item.version.feature_id for item in items]
    decided = RequestItem.objects.filter(
        outcome__in=[Outcome.APPROVED, Outcome.DENIED], version__feature__in=features
    ).exclude(request=request)
    rows = decided.select_related("request__purpose", "request__consumer", "request__requester", "version__feature")
    return list(rows.order_by("-request__decided_at", "-pk")[:MOST_PRECEDENTS])


def _named(request: AccessRequest, known: list[RequestItem], outcome: Outcome) -> tuple[str, ...]:
    of_purpose = (item for item in known if item.outcome == outcome and item.purpose_id == request.purpose_id)
    return tuple(dict.fromkeys(str(item.request) for item in of_purpose))


def _days_before(known: list[RequestItem]) -> tuple[int, ...]:
    """For how long the last one was granted, where one was."""
    approved = next((item for item in known if item.outcome == Outcome.APPROVED), None)
    grant = approved.grants.first() if approved else None
    return (grant.lasts.days,) if grant and grant.lasts.days else ()


def outputs_of(request: AccessRequest, actor: User) -> str | None:
    """Where the results of the reader go, as lineage knows it; None where it knows nothing."""
    found = find_node(actor, str(request.consumer)) if request.consumer else None
    if found is None:
        return None
    hit = impact_of(actor, found[0]).affected
    names = [one.node.label for one in hit[:MOST_OUTPUTS]]
    more = f" and {len(hit) - MOST_OUTPUTS} more" if len(hit) > MOST_OUTPUTS else ""
    return f"{request.consumer} → {', '.join(names)}{more}." if names else None


def alternatives_to(versions: Collection[Version], actor: User) -> dict[int, Alike]:
    """By version, what is much the same and not personal. Where nothing is, the version is missing."""
    found = {version.pk: _alternative(version.feature, actor) for version in versions}
    return {pk: one for pk, one in found.items() if one is not None}


def _alternative(feature: Feature, actor: User) -> Alike | None:
    others = alike(actor, names_of(feature), but=feature.pk, limit=10)
    plain = (one for one in others if one.feature.privacy_class == PrivacyClass.NONE)
    return next((one for one in plain if one.likeness.score >= SAME_ENOUGH), None)
