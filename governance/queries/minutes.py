"""Minutes: what was decided between two days, by whom and why. Written from decisions, so that nobody writes them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from governance.models import AccessRequest, ClassSuggestion, Decision, RequestItem, Slot, SuggestionState
from registry.models import AuditEntry, User

MOST = 200
# What is told of by audit entries, in the order of the minutes.
SECTIONS = {
    "Policies and purposes": (
        "governance.propose_policy", "governance.agree_policy", "governance.reject_policy",
        "governance.withdraw_policy", "governance.change_policy", "governance.approve_beforehand",
        "governance.register_purpose", "governance.change_purpose", "governance.end_purpose",
    ),
    "Waivers": ("governance.waive_name", "governance.waive_reader", "governance.decide_name"),
    "Reviews": (
        "governance.start_review", "governance.complete_review", "governance.cancel_review",
        "governance.review_emergency",
    ),
    "The committee": (
        "governance.change_committee", "governance.change_seat", "governance.name_delegate",
        "governance.declare_conflict", "governance.remove_conflict",
    ),
}  # fmt: skip
_BY_PEOPLE = (Slot.OWNER, Slot.COMMITTEE, Slot.EMERGENCY)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, both of them within."""

    since: date
    until: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return datetime.combine(self.since, time.min, UTC), datetime.combine(self.until, time.max, UTC)


@dataclass(frozen=True, slots=True)
class Decided:
    """A request, with what was said about it in the period."""

    request: AccessRequest
    decisions: list[Decision]
    items: list[RequestItem]


@dataclass(frozen=True, slots=True)
class Minutes:
    """`is_cut` says that more was decided than is shown."""

    period: Period
    requests: list[Decided]
    classes: list[ClassSuggestion]
    sections: list[tuple[str, list[AuditEntry]]]
    is_cut: bool

    @property
    def is_empty(self) -> bool:
        return not (self.requests or self.classes or any(rows for _, rows in self.sections))


def minutes(actor: User, period: Period, *, most: int = MOST) -> Minutes:
    """What the actor sees of it, at most so many requests, classes and other entries."""
    requests = [_decided(one) for one in _requests(actor, period)[: most + 1]]
    classes = list(_classes(actor, period)[: most + 1])
    entries = list(_entries(period)[: most + 1])
    sections = [
        (title, [one for one in entries[:most] if one.action in actions]) for title, actions in SECTIONS.items()
    ]
    is_cut = any(len(rows) > most for rows in (requests, classes, entries))
    return Minutes(period, requests[:most], classes[:most], sections, is_cut)


def _requests(actor: User, period: Period) -> QuerySet[AccessRequest]:
    said = Decision.objects.filter(at__range=period.moments, slot__in=_BY_PEOPLE)
    items = RequestItem.objects.select_related("version__feature", "owner")
    return (
        AccessRequest.objects.visible_to(actor)
        .filter(pk__in=said.values("request"))
        .with_people()
        .prefetch_related(
            Prefetch("decisions", said.select_related("voter", "on_behalf_of", "team"), to_attr="said"),
            Prefetch("items", items, to_attr="asked"),
        )
        .order_by("pk")
    )


def _decided(request: Any) -> Decided:
    return Decided(request, request.said, request.asked)


def _classes(actor: User, period: Period) -> QuerySet[ClassSuggestion]:
    rows = ClassSuggestion.objects.visible_to(actor).filter(decided_at__range=period.moments)
    decided = rows.filter(state__in=[SuggestionState.ACCEPTED, SuggestionState.DECLINED])
    return decided.with_feature().order_by("decided_at", "pk")


def _entries(period: Period) -> QuerySet[AuditEntry]:
    actions = [name for names in SECTIONS.values() for name in names]
    return AuditEntry.objects.filter(at__range=period.moments, action__in=actions).order_by("pk")


def changed(entry: AuditEntry) -> list[dict[str, str]]:
    """{field, old, new} of an entry, as people read it."""
    return [
        {"field": name.replace("_", " "), "old": _text(pair[0]), "new": _text(pair[-1])}
        for name, pair in entry.changes.items()
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


COLUMNS = ("at", "section", "subject", "who", "on_behalf_of", "verdict", "reason", "about", "audit")


def as_rows(actor: User, period: Period) -> Iterator[dict[str, Any]]:
    """The whole of it for a spreadsheet, one vote, decision or change a row."""
    yield from _vote_rows(actor, period)
    for one in _classes(actor, period).annotate(who=F("decided_by__username")).iterator(chunk_size=500):
        yield {
            "at": one.decided_at, "section": "Classes", "subject": one.public_id, "who": one.who,
            "verdict": one.state, "reason": one.reason,
            "about": f"{one.feature.key}: {one.privacy_class}",
        }  # fmt: skip
    for entry in _entries(period).iterator(chunk_size=500):
        yield {
            "at": entry.at, "section": _section(entry.action), "subject": entry.object_key, "who": entry.actor_name,
            "verdict": entry.action.partition(".")[2], "reason": entry.reason, "audit": entry.pk,
            "about": "; ".join(f"{one['field']}: {one['old']} -> {one['new']}" for one in changed(entry)),
        }  # fmt: skip


def _vote_rows(actor: User, period: Period) -> Iterator[dict[str, Any]]:
    for request in _requests(actor, period).iterator(chunk_size=500):
        shown = _decided(request)
        about = f"{request.subject} for {request.purpose}: {_features(shown.items)}"
        for one in shown.decisions:
            yield {
                "at": one.at, "section": "Requests", "subject": str(request), "who": str(one.voter or ""),
                "on_behalf_of": str(one.on_behalf_of or ""),
                "verdict": one.verdict + (", taken back" if one.undone_at else ""), "reason": one.reason,
                "about": about,
            }  # fmt: skip


def _features(items: Sequence[RequestItem]) -> str:
    return ", ".join(f"{item.version} {item.outcome}" for item in items)


def _section(action: str) -> str:
    return next(title for title, actions in SECTIONS.items() if action in actions)
