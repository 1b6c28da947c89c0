"""Reviews of standing grants: started, answered grant by grant or in bulk, reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.actions.recertifying import Answered, Said, answer_items, cancel_review, start_review
from governance.models import Answer, Recertification, RecertificationItem, ReviewState
from governance.queries.recertification import followable, in_scope, progress, reviewer, with_counts
from governance.queries.review_report import COLUMNS, as_rows, audit_of, by_owner
from governance.review_forms import StartForm
from registry.actions.action import allow
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.doing import done

LISTED = ("review", "title", "state", "started_at", "due_at", "ended_at", "grants", "answered", "revoked")
TABS = (("", "Running"), ("done", "Done"))
ANSWERS = (("", "Open"), ("keep", "Kept"), ("revoke", "Revoked"), ("over", "Ended meanwhile"))
SHOWN, PREVIEWED, REPORTED = 40, 120, 100


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """`/reviews/`, with `?of=done`; the same rows as a spreadsheet with `?format=csv`."""
    actor, of = actor_of(request), request.GET.get("of", "")
    if of not in dict(TABS):
        raise Http404
    rows = with_counts(actor)
    rows = rows.exclude(state=ReviewState.RUNNING) if of else rows.filter(state=ReviewState.RUNNING)
    if request.GET.get("format") == "csv":
        return csv_response(LISTED, map(_csv_row, rows.iterator(chunk_size=500)), filename="reviews.csv")
    tabs = [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of} for name, label in TABS]
    context = {
        "page": page_of(rows, order=("-id",), after=request.GET.get("after", "")), "tabs": tabs, "of": of,
        "may_start": actor.has_perm("governance.start_review", None),
    }  # fmt: skip
    return render(request, "governance/recertification/list.html", context)


def _csv_row(one: Any) -> dict[str, Any]:
    same = ("title", "state", "started_at", "due_at", "ended_at", "answered", "revoked")
    return {name: getattr(one, name) for name in same} | {"review": str(one), "grants": one.total}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Start one. With the button that counts, nothing is started and what it would be about is said."""
    actor = actor_of(request)
    allow(actor, "governance.start_review", None)
    form = StartForm(request.POST or None, actor=actor)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            found = in_scope(form.scope())
            context |= {"count": len(found), "teams": len({one.owner.pk for one in found if one.owner})}
        else:
            made = form.tried(lambda: start_review(None, actor=actor, scope=form.scope(), **form.terms()))
            if made is not None:
                messages.success(request, f"{made} is started, and those who answer are told.")
                return redirect(made)
    return render(request, "governance/recertification/new.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Row:
    """A grant in a review, and why the reader of the page does not answer for it; empty where they do."""

    item: RecertificationItem
    why_not: str
    fault: str = ""
    needs_reason: str = ""


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """A review and its grants, the riskiest first; with `?of=` those that were answered so."""
    review, of = _find(request, reference), request.GET.get("of", "")
    if of not in dict(ANSWERS):
        raise Http404
    actor = actor_of(request)
    me, items = reviewer(actor), review.items.visible_to(actor)
    answered = items.filter(answer=of or Answer.OPEN).with_names()
    shown = page_of(answered, order=("-risk", "id"), after=request.GET.get("after", ""), size=SHOWN)
    open_ones = followable(me, review) if review.is_running else []
    may_cancel = review.is_running and me.is_member and actor.has_perm("governance.cancel_review", review)
    context = {
        "review": review, "rows": [Row(one, me.why_not(review, one)) for one in shown.rows], "after": shown.after,
        "of": of, "tabs": _tabs(of), "progress": progress(items), "may_cancel": may_cancel,
        "unused": [one for one in open_ones if one.suggested == Answer.REVOKE],
        "used": [one for one in open_ones if one.suggested == Answer.KEEP],
    }  # fmt: skip
    return render(request, "governance/recertification/page.html", context)


def _tabs(of: str) -> list[dict[str, object]]:
    return [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of} for name, label in ANSWERS]


@require_POST
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """One grant by the button of its row, or those that are ticked by the bar under them."""
    review, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.answer_review", review)
    try:
        outcomes = answer_items(review, actor=actor, said=list(_said(request)))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(review)
    if request.htmx and len(outcomes) == 1:  # type: ignore[attr-defined]  # its middleware sets it
        return _one(request, review, outcomes[0])
    _say(request, outcomes)
    return redirect(review)


def _said(request: HttpRequest) -> Iterable[Said]:
    """Of the row whose button was pressed, else of those that are ticked."""
    asked = request.POST
    for name in (Answer.KEEP.value, Answer.REVOKE.value):
        if name in asked:
            yield Said(_number(asked[name]), name, asked.get(f"reason-{asked[name]}", ""))
            return
    reason, is_urgent = asked.get("reason", ""), "is_urgent" in asked
    for text in dict.fromkeys(asked.getlist("item")):
        yield Said(_number(text), asked.get("answer", ""), reason, is_urgent)


def _number(text: str) -> int:
    """0, which no row has, for what is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _one(request: HttpRequest, review: Recertification, outcome: Answered) -> HttpResponse:
    """The answer's own place in its row, and how far the review has come. Where only the reason is missing, it is
    asked for there."""
    if outcome.item is None:
        raise Http404
    fault = _fault(outcome)
    needs = outcome.said.answer if isinstance(outcome.refusal, ValidationError) and _is_reason(outcome.refusal) else ""
    row = Row(outcome.item, "", fault, needs)
    context = {"review": review, "row": row, "progress": progress(review.items.visible_to(actor_of(request)))}
    return render(
        request, "governance/recertification/answered.html", context, status=422 if fault and not needs else 200
    )


def _fault(outcome: Answered) -> str:
    if isinstance(outcome.refusal, ValidationError):
        return " ".join(outcome.refusal.messages)
    return str(outcome.refusal or "")


def _is_reason(refusal: ValidationError) -> bool:
    return "reason" in refusal.message_dict


def _say(request: HttpRequest, outcomes: list[Answered]) -> None:
    made = sum(one.refusal is None for one in outcomes)
    faults = dict.fromkeys(_fault(one) for one in outcomes if one.refusal is not None)
    if made:
        messages.success(request, f"{made} grant{'' if made == 1 else 's'} answered.")
    if faults or not outcomes:
        refused = len(outcomes) - made
        messages.error(
            request, f"{refused} not answered. {' '.join(faults)}" if outcomes else "Tick some grants first."
        )


@require_GET
def follow(request: HttpRequest, reference: str) -> HttpResponse:
    """What following the suggestion would do to the grants that `?suggested=` is about, before it does. The button
    answers for exactly those that are shown and ticked."""
    review, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.answer_review", review)
    suggested = request.GET.get("suggested", "")
    if suggested not in (Answer.KEEP, Answer.REVOKE) or not review.is_running:
        raise Http404
    items = [one for one in followable(reviewer(actor), review) if one.suggested == suggested]
    context = {"review": review, "items": items[:PREVIEWED], "count": len(items), "suggested": suggested}
    return render(request, "governance/recertification/follow.html", context)


@require_GET
def report(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What came of it, with the audit entry of each answer; every grant as a spreadsheet with `?format=csv`."""
    review, actor = _find(request, reference), actor_of(request)
    items = review.items.visible_to(actor)
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, as_rows(items.with_names()), filename=f"{review}.csv")
    revoked = list(items.filter(answer=Answer.REVOKE).with_names()[:REPORTED])
    entries = audit_of(revoked)
    context = {
        "review": review, "progress": progress(items), "owners": by_owner(items),
        "revoked": [(one, entries.get(one.pk)) for one in revoked],
    }  # fmt: skip
    return render(request, "governance/recertification/report.html", context)


@require_POST
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Call it off."""
    review, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.cancel_review", review)
    reason = request.POST.get("reason", "")
    work = lambda: cancel_review(review, actor=actor, reason=reason)  # noqa: E731
    return done(request, work, f"{review} is called off.", reverse("governance:review", args=[review.public_id]))


def _find(request: HttpRequest, reference: str) -> Recertification:
    rows = Recertification.objects.visible_to(actor_of(request))
    named = rows.select_related("project", "owner", "purpose", "started_by")
    return get_object_or_404(named, pk=public_number(reference, "RC"))
