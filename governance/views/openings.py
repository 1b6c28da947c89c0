"""Asking for what one does not see, and answering that as an owner."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from governance.access_forms import OpeningForm, ReasonForm
from governance.actions.opening import ask_to_open, decline_opening, open_up
from governance.models import Opening, OpeningState
from governance.models.openings import ANSWER
from registry.actions.action import allow
from registry.references import public_number
from registry.views.actor import actor_of

MOST = 50


@require_http_methods(["GET", "POST"])
def unseen(request: HttpRequest) -> HttpResponse:
    """`/openings/`: the name of something that one does not see. The answer is the same whatever there is."""
    actor = actor_of(request)
    allow(actor, "governance.ask_to_open", None)
    form = OpeningForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: ask_to_open(None, actor=actor, **form.cleaned_data))
        if made is not None:
            messages.success(request, ANSWER)
            return redirect("governance:unseen")
    asked = Opening.objects.filter(asked_by=actor).select_related("team")[:MOST]
    context = {"form": form, "asked": asked, "has_team": bool(actor.team_ids)}
    return render(request, "governance/opening/unseen.html", context, status=422 if form.errors else 200)


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """Who asks for what, and for owners the answer."""
    return _page(request, _find(request, reference))


def _page(request: HttpRequest, found: Opening, **tried: ReasonForm) -> HttpResponse:
    actor = actor_of(request)
    may = found.state == OpeningState.ASKED and actor.has_perm("governance.answer_opening", found)
    forms: dict[str, Any] = {"decline": ReasonForm(auto_id="decline_%s"), **tried} if may else {}
    context = {"opening": found, "forms": forms}
    return render(request, "governance/opening/page.html", context, status=422 if tried else 200)


@require_POST
def answer(request: HttpRequest, reference: str, verb: str) -> HttpResponse:
    """Open it to the team, or decline with a reason."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.answer_opening", found)
    form = ReasonForm(request.POST, auto_id="decline_%s")
    work: Callable[[], Opening] = lambda: open_up(found, actor=actor)  # noqa: E731
    if verb == "decline":
        work = lambda: decline_opening(found, actor=actor, reason=form.cleaned_data["reason"])  # noqa: E731
    if (verb == "decline" and not form.is_valid()) or (row := form.tried(work)) is None:
        return _page(request, found, decline=form)
    messages.success(request, f"{row} is {row.get_state_display().lower()}.")
    return redirect(row)


def _find(request: HttpRequest, reference: str) -> Opening:
    rows = Opening.objects.visible_to(actor_of(request)).select_related("asked_by", "team", "about", "answered_by")
    return get_object_or_404(rows, pk=public_number(reference, "OP"))
