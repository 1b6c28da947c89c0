"""Searches: who may, what may be, and what may be done. A page of candidates is decided like any other question, so
that a search never says what an evaluation would not.

Candidates are read in the order of their ids, those that cannot be allowed left out where a query can tell. A page
looks at so many candidates at most: it may hold fewer results than asked for and still have a next one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.authorization.asked import (
    FEATURE,
    FEATURE_VIEW,
    MOST_AT_ONCE,
    READS,
    RESOURCE_TYPES,
    USER,
    Act,
    Asked,
    Resource,
    Subject,
)
from governance.authorization.deciding import Decided, decide_unlogged
from governance.authorization.keeping import Asker, keep
from governance.models import Grant, GrantState
from registry.choices import PERSONAL_CLASSES, ConsumerKind, PrivacyClass, VersionState
from registry.models import Consumer, FeatureView, User, Version
from registry.references import split_number

USUAL_PAGE, LARGEST_PAGE = 50, 200
MOST_LOOKED_AT = 1_000
UNSAID = Q(privacy_class=PrivacyClass.UNCLASSIFIED, feature__looks_personal=True)
NOT_PERSONAL = ~Q(privacy_class__in=PERSONAL_CLASSES) & ~UNSAID


class Page(NamedTuple):
    """What was found, and the id after which to go on; None at the end."""

    found: list[Decided]
    after: int | None


def subjects(asked: Asked, user: User, asker: Asker, *, after: int, limit: int) -> Page:
    """Who of the type may do it."""
    rows = _people(asked) if asked.subject.type == USER else _consumers(asked, user)
    return _page(rows, asked, user, asker, after=after, limit=limit)


def resources(asked: Asked, user: User, asker: Asker, *, after: int, limit: int) -> Page:
    """On which of the type the subject may do it: versions for features."""
    rows = _versions(asked, user) if asked.resource.type == FEATURE else _views(asked, user)
    return _page(rows, asked, user, asker, after=after, limit=limit)


def actions(asked: Asked, user: User, asker: Asker) -> list[str]:
    """What the subject may do to the resource."""
    if asked.resource.type not in RESOURCE_TYPES:
        return []
    decided = decide_unlogged([replace(asked, action=one) for one in Act.values], user)
    allowed = [one for one in decided if one.judged.decision]
    keep(asker, allowed)
    return [one.asked.action for one in allowed]


Candidates = Callable[[int, int], Sequence[tuple[int, Asked]]]  # after, how many -> (id, question)


def _page(rows: Candidates | None, asked: Asked, user: User, asker: Asker, *, after: int, limit: int) -> Page:
    found: list[Decided] = []
    looked_at, goes_on = 0, rows is not None
    while rows is not None and goes_on and len(found) < limit and looked_at < MOST_LOOKED_AT:
        candidates = rows(after, MOST_AT_ONCE)
        goes_on = len(candidates) == MOST_AT_ONCE
        for number, one in _allowed(candidates, user):
            if len(found) == limit:
                goes_on = True
                break
            after = number
            if one.judged.decision:
                found.append(one)
        looked_at += len(candidates)
    keep(asker, found)
    return Page(found, after if goes_on else None)


def _allowed(candidates: Sequence[tuple[int, Asked]], user: User) -> Iterator[tuple[int, Decided]]:
    if candidates:
        decided = decide_unlogged([asked for _, asked in candidates], user)
        yield from zip((number for number, _ in candidates), decided, strict=True)


def _people(asked: Asked) -> Candidates:
    """Accounts that are open; of personal data those with a grant alone."""
    rows = User.objects.filter(is_active=True)
    if asked.action in READS and (held := _grants_on(asked)) is not None:
        rows = rows.filter(pk__in=held.filter(user__isnull=False).order_by().values("user"))
    return _subjects(rows, asked, lambda one: Subject(USER, one.username))


def _consumers(asked: Asked, user: User) -> Candidates | None:
    if asked.subject.type not in ConsumerKind.values:
        return None
    rows = Consumer.objects.visible_to(user).filter(kind=asked.subject.type, gone_at__isnull=True)
    if asked.action in READS and (held := _grants_on(asked)) is not None:
        rows = rows.filter(pk__in=held.filter(consumer__isnull=False).order_by().values("consumer"))
    named = rows.select_related("project")
    return _subjects(named, asked, lambda one: Subject(one.kind, one.name, one.project.name if one.project else ""))


def _subjects(rows: QuerySet[Any], asked: Asked, subject_of: Callable[[Any], Subject]) -> Candidates:
    def read(after: int, most: int) -> list[tuple[int, Asked]]:
        chosen = rows.filter(pk__gt=after).order_by("pk")[:most]
        return [(one.pk, replace(asked, subject=subject_of(one))) for one in chosen]

    return read


def _grants_on(asked: Asked) -> QuerySet[Grant] | None:
    """Active grants on a personal version; None where seeing it is enough, or for a view, decided one by one."""
    if asked.resource.type != FEATURE:
        return None
    key, number = split_number(asked.resource.id)
    version = Version.objects.filter(feature__key=key)
    version = version.filter(number=number) if number is not None else version.filter(_IS_CURRENT)
    if not version.filter(privacy_class__in=PERSONAL_CLASSES).exists():
        return None
    return _active(asked).filter(version__in=version)


def _active(asked: Asked) -> QuerySet[Grant]:
    return Grant.objects.filter(
        state=GrantState.ACTIVE, ends_at__gt=timezone.now(), purpose__name=asked.purpose
    )  # fmt: skip


_IS_CURRENT = Q(number=F("feature__number"))


def _versions(asked: Asked, user: User) -> Candidates:
    """Versions, without those that no answer could allow."""
    rows = Version.objects.visible_to(user)
    if asked.action in READS:
        holder = {"user__username": asked.subject.id} if asked.subject.type == USER else _consumer_of(asked)
        held = _active(asked).filter(version=OuterRef("pk"), **holder)
        rows = rows.filter(state__in=[VersionState.ACTIVE, VersionState.DEPRECATED]).filter(NOT_PERSONAL | Exists(held))
    named = rows.only("number", "feature__key").select_related("feature")

    def read(after: int, most: int) -> list[tuple[int, Asked]]:
        chosen = named.filter(pk__gt=after).order_by("pk")[:most]
        return [(one.pk, replace(asked, resource=Resource(FEATURE, str(one)))) for one in chosen]

    return read


def _consumer_of(asked: Asked) -> dict[str, str]:
    return {"consumer__kind": asked.subject.type, "consumer__name": asked.subject.id}


def _views(asked: Asked, user: User) -> Candidates | None:
    if asked.resource.type != FEATURE_VIEW:
        return None

    def read(after: int, most: int) -> list[tuple[int, Asked]]:
        chosen = FeatureView.objects.visible_to(user).filter(pk__gt=after).order_by("pk").values_list("pk", "key")
        return [(number, replace(asked, resource=Resource(FEATURE_VIEW, key))) for number, key in chosen[:most]]

    return read
