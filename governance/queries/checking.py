"""What the gate of a release says about access: until when, or that there is none; see `registry.queries.checking`."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from governance.models import AccessRequest, Grant
from governance.queries.living import holds
from registry.choices import PERSONAL_CLASSES
from registry.models import User, Version
from registry.queries.checking import BLOCKED, OK, WARNING, Finding, ReadBy

SOON = timedelta(days=14)


def access(versions: Sequence[Version], actor: User, by: ReadBy) -> Iterator[tuple[int, Finding]]:
    """By personal version, whether the reader has access to it. Nothing is said to who may not know."""
    personal = [one for one in versions if one.privacy_class in PERSONAL_CLASSES]
    if not personal or not _may_know(actor, by):
        return
    held = {grant.version_id: grant for grant in _grants(personal, by)}
    asked = _asked(personal, by)
    for version in personal:
        yield version.pk, _of_grant(held[version.pk]) if version.pk in held else _of_nothing(by, asked.get(version.pk))


def _may_know(actor: User, by: ReadBy) -> bool:
    return actor.sees_everything or by.consumer.team_id in actor.team_ids


def _grants(versions: Sequence[Version], by: ReadBy) -> list[Grant]:
    """Those that give something now, the longest ones last."""
    rows = Grant.objects.filter(holds(lambda column: column), version__in=versions, consumer=by.consumer)
    if by.purpose:
        rows = rows.filter(purpose__name=by.purpose)
    if by.environment:
        rows = rows.filter(Q(environment="") | Q(environment=by.environment))
    return list(rows.select_related("purpose").order_by("ends_at"))


def _asked(versions: Sequence[Version], by: ReadBy) -> dict[int, AccessRequest]:
    rows = AccessRequest.objects.open().filter(consumer=by.consumer, items__version__in=versions)
    if by.purpose:
        rows = rows.filter(purpose__name=by.purpose)
    pairs = rows.values_list("items__version", "pk")
    found = AccessRequest.objects.in_bulk([pk for _, pk in pairs])
    return {version: found[pk] for version, pk in pairs}


def _of_grant(grant: Grant) -> Finding:
    assert grant.ends_at is not None  # noqa: S101  it is active
    said = f"Access until {grant.ends_at:%Y-%m-%d} for {grant.purpose} ({grant})."
    if grant.ends_at - timezone.now() < SOON:
        return WARNING, "access_expiring", f"{said} Renew it: charter extend {grant}."
    return OK, "access", said


def _of_nothing(by: ReadBy, asked: AccessRequest | None) -> Finding:
    what = f" for {by.purpose}" if by.purpose else ""
    if asked is not None and asked.due_at is not None:
        return BLOCKED, "access_pending", f"No grant{what} yet: {asked} is due {asked.due_at:%Y-%m-%d %H:%M} UTC."
    return BLOCKED, "no_grant", f"No grant{what}: {by.consumer} may not read it. Ask: charter request-access."
