"""Requests for access: asked for, read, decided. One address for each; who looks decides what it offers."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.access_forms import CommentForm, DecisionForm, RequestForm
from governance.actions.deciding import TAKEN_BACK_WITHIN, decide_request, review_emergency, undo_decision
from governance.actions.requesting import (
    add_to_basket,
    comment_request,
    fill_request,
    send_request,
    take_from_basket,
    withdraw_request,
)
from governance.models import AccessRequest, AccessRequestQuerySet, Purpose, RequestState, Setting, Verdict
from governance.queries.asking import why_no_access_needed
from governance.queries.deciders import Expected, expected
from governance.queries.inbox import next_to_decide
from governance.queries.recommending import alternatives_to
from governance.queries.review import review_of, seconds_to_undo, steps_of
from governance.queries.scripts import effects_of
from registry.actions.action import allow
from registry.models import Consumer, User, Version
from registry.queries.named import versions_named
from registry.references import public_number, storable
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done

COLUMNS = (
    "request", "state", "requester", "reader", "purpose", "features", "setting", "days", "sent_at", "due_at",
    "decided_at",
)  # fmt: skip
TABS = (("", "Open"), ("mine", "Yours"), ("decided", "Decided"))
MOST_NAMED = 30
LONGEST_ENVIRONMENT = 40


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """`/requests/`, with `?of=mine` or `decided`; the same rows as a spreadsheet with `?format=csv`."""
    actor, of = actor_of(request), request.GET.get("of", "")
    if of not in dict(TABS):
        raise Http404
    rows = _narrowed(AccessRequest.objects.visible_to(actor), of, actor).with_people().prefetch_related("items")
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, rows.iterator(chunk_size=500)), filename="requests.csv")
    tabs = [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of} for name, label in TABS]
    context = {"page": page_of(rows, order=("-id",), after=request.GET.get("after", "")), "tabs": tabs, "of": of}
    return render(request, "governance/request/list.html", context)


def _narrowed(rows: AccessRequestQuerySet, of: str, actor: User) -> AccessRequestQuerySet:
    if of == "mine":
        return rows.filter(Q(requester=actor) | Q(team__in=actor.team_ids))
    return rows.exclude(state=RequestState.DRAFT).exclude(decided_at=None) if of == "decided" else rows.open()


def _csv_row(one: AccessRequest) -> dict[str, Any]:
    return {
        "request": str(one), "state": one.state, "requester": one.requester.username, "reader": one.subject,
        "purpose": str(one.purpose or ""), "features": len(one.items.all()), "setting": one.setting, "days": one.days,
        "sent_at": one.sent_at, "due_at": one.due_at, "decided_at": one.decided_at,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The basket. `?f=key` puts versions into it: once for each, and only what can be asked for."""
    actor = actor_of(request)
    allow(actor, "governance.request_access", None)
    if request.method == "GET" and request.GET.getlist("f"):
        _add(request, actor)
        return redirect("governance:request-new")
    basket = AccessRequest.objects.filter(requester=actor, state=RequestState.DRAFT).first()
    form = RequestForm(request.POST or None, actor=actor, request=basket)
    if request.method == "POST" and basket is not None and form.is_valid():
        sent = form.tried(lambda: _send(basket, actor, form))
        if isinstance(sent, AccessRequest):
            _say_sent(request, sent)
            return redirect(sent)
    versions = _versions(basket)
    others = alternatives_to(versions, actor)
    context = {
        "form": form, "basket": basket, "rows": [(one, others.get(one.pk)) for one in versions],
        "expected": _expected(basket, form, versions),
    }  # fmt: skip
    return render(request, "governance/request/new.html", context, status=422 if form.errors else 200)


def _add(request: HttpRequest, actor: User) -> None:
    for named in versions_named(request.GET.getlist("f")[:MOST_NAMED], actor):
        feature = named.feature
        version = named.version or (feature.versions.filter(number=feature.number).first() if feature else None)
        if version is None:
            messages.error(request, f"There is no {named.reference} that you may see.")
            continue
        version.feature = feature or version.feature
        if why := why_no_access_needed(version):
            messages.info(request, why)
        else:
            fill_request(add_to_basket(version, actor=actor), actor=actor, **_named(request, actor))


def _named(request: HttpRequest, actor: User) -> dict[str, Any]:
    """What a link says beside the features, as a decision for a machine does. What is not understood is left to ask."""
    asked = {name: storable(request.GET.get(name, "")) for name in ("subject", "purpose", "setting", "environment")}
    kind, _, name = asked["subject"].partition(":")
    mine = Consumer.objects.visible_to(actor).filter(team__in=actor.team_ids, gone_at__isnull=True)
    consumers = list(mine.filter(kind=kind, name=name)[:2])
    said = {
        "purpose": Purpose.objects.usable().filter(name=asked["purpose"]).first(),
        "consumer": consumers[0] if len(consumers) == 1 else None,
        "setting": asked["setting"] if asked["setting"] in Setting.values else None,
        "environment": asked["environment"][:LONGEST_ENVIRONMENT],
    }
    return {field: value for field, value in said.items() if value}


def _send(basket: AccessRequest, actor: User, form: RequestForm) -> AccessRequest:
    filled = fill_request(basket, actor=actor, **form.cleaned_data)
    return send_request(filled, actor=actor)


def _say_sent(request: HttpRequest, sent: AccessRequest) -> None:
    if sent.state == RequestState.APPROVED:
        messages.success(request, f"{sent} is granted. The owner has agreed to it beforehand.")
    else:
        messages.success(request, f"{sent} is sent. Those who decide are told.")


def _versions(basket: AccessRequest | None) -> list[Version]:
    if basket is None:
        return []
    rows = basket.items.select_related("version__feature__view", "version__feature__project", "version__feature__owner")
    return [item.version for item in rows]


def _expected(basket: AccessRequest | None, form: RequestForm, versions: list[Version]) -> Expected | None:
    if basket is None or not versions:
        return None
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return expected(versions, said.get("setting") or basket.setting, said.get("environment") or basket.environment)


@require_POST
def leave_out(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one version out of a basket, or out of a request that changes are asked for."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.fill_request", found)
    version = get_object_or_404(Version, access_items__request=found, pk=request.POST.get("version", "0"))
    back = reverse("governance:request-new") if found.state == RequestState.DRAFT else f"{found.get_absolute_url()}edit"
    work = lambda: take_from_basket(found, actor=actor, version=version)  # noqa: E731
    return done(request, work, f"{version} is left out.", back)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """How it stands, what speaks for and against it, and for who decides, the bar. A POST is a decision."""
    found = _find(request, reference)
    if found.state == RequestState.DRAFT:
        return redirect("governance:request-new")
    if request.method == "POST":
        return _decide(request, found)
    return _page(request, found)


def _page(request: HttpRequest, found: AccessRequest, **tried: Refusable) -> HttpResponse:
    actor = actor_of(request)
    review = review_of(found, actor)
    context = {
        "asked": found, "review": review, "steps": steps_of(review),
        "comments": found.comments.select_related("author"),
        "form": tried.get("decide") or DecisionForm(review=review), "comment": tried.get("comment") or CommentForm(),
        "undo": seconds_to_undo(review.decisions, actor, TAKEN_BACK_WITHIN.total_seconds()) if not tried else 0,
        "is_requester": found.requester_id == actor.pk, "may_read_why": review.place.may or actor.sees_everything,
        "effects": effects_of(found, [row.item for row in review.rows]) if found.is_open and review.place.may else [],
        "is_reviewed": actor.has_perm("governance.review_emergency", found) and not found.reviewed_at,
        "next": next_to_decide(actor, but=found) if review.place.may else None,
    }  # fmt: skip
    return render(request, "governance/request/page.html", context, status=422 if tried else 200)


def _decide(request: HttpRequest, found: AccessRequest) -> HttpResponse:
    actor = actor_of(request)
    allow(actor, "governance.decide_request", found)
    form = DecisionForm(request.POST, review=review_of(found, actor))
    work = lambda: decide_request(found, actor=actor, **form.arguments())  # noqa: E731
    if not form.is_valid() or (made := form.tried(work)) is None:
        return _page(request, found, decide=form)
    messages.success(request, f"{found}: {Verdict(made[-1].verdict).label.lower()}.", extra_tags=f"undo {found}")
    return redirect(f"{found.get_absolute_url()}#decided")


@require_POST
def undo(request: HttpRequest, reference: str) -> HttpResponse:
    """Take one's last decision back."""
    found, actor = _find(request, reference), actor_of(request)
    mine = list(found.decisions.filter(voter=actor, undone_at__isnull=True))
    if not mine:
        raise Http404
    return done(
        request, lambda: [undo_decision(one, actor=actor) for one in mine[-1:]], "Taken back.", found.get_absolute_url()
    )


@require_POST
def review_afterwards(request: HttpRequest, reference: str) -> HttpResponse:
    """Whether break-glass access was right."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.review_emergency", found)
    is_right, reason = request.POST.get("is_right") == "yes", request.POST.get("reason", "")
    work = lambda: review_emergency(found, actor=actor, is_right=is_right, reason=reason)  # noqa: E731
    return done(request, work, "Your review is kept, and auditors read it.", found.get_absolute_url())


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.withdraw_request", found)
    is_draft = found.state == RequestState.DRAFT
    back = reverse("governance:requests") if is_draft else found.get_absolute_url()
    said = "The basket is empty." if is_draft else f"{found} is taken back."
    return done(request, lambda: withdraw_request(found, actor=actor), said, back)


@require_POST
def comment(request: HttpRequest, reference: str) -> HttpResponse:
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.comment_request", found)
    form = CommentForm(request.POST)
    work = lambda: comment_request(found, actor=actor, text=form.cleaned_data["text"])  # noqa: E731
    if form.is_valid() and form.tried(work) is not None:
        return redirect(f"{found.get_absolute_url()}#comments")
    return _page(request, found, comment=form)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """What others asked to change, changed and sent again."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.fill_request", found)
    if found.state != RequestState.CHANGES:
        return redirect(found)
    form = RequestForm(request.POST or None, actor=actor, request=found)
    if request.method == "POST" and form.is_valid() and form.tried(lambda: _send(found, actor, form)) is not None:
        messages.success(request, f"{found} is sent again.")
        return redirect(found)
    context = {"form": form, "asked": found, "rows": [(one, None) for one in _versions(found)],
               "said": found.decisions.filter(verdict=Verdict.CHANGES, round=found.round).last()}  # fmt: skip
    return render(request, "governance/request/edit.html", context, status=422 if form.errors else 200)


def _find(request: HttpRequest, reference: str) -> AccessRequest:
    rows = AccessRequest.objects.visible_to(actor_of(request)).with_people()
    return get_object_or_404(rows, pk=public_number(reference, "AR"))
