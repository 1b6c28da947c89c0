"""Giving a feature or a view to another team, which is asked first."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from registry.actions.action import allow
from registry.actions.owners import answer_offer, offer_owner, withdraw_offer
from registry.models import Feature, FeatureView, OwnerOffer, Team
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done
from registry.views.feature_frame import find


class GiveForm(Refusable):
    called = {"owner": "team"}
    team = forms.ModelChoiceField(
        Team.objects.order_by("name"), to_field_name="slug", label="Who shall answer for it?", empty_label=None
    )
    reason = forms.CharField(
        max_length=2_000, label="Why", help_text="The team reads it, and it stays in the history.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def give_feature(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Ask another team to answer for a feature."""
    return _give(request, find(request, project, view, feature))


@require_http_methods(["GET", "POST"])
def give_view(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Ask another team to answer for a view, and for its features that nobody else answers for."""
    seen = FeatureView.objects.visible_to(actor_of(request)).select_related("project", "owner")
    return _give(request, get_object_or_404(seen, key=f"{project}.{view}"))


def _give(request: HttpRequest, thing: Feature | FeatureView) -> HttpResponse:
    actor = actor_of(request)
    allow(actor, "registry.offer_owner", thing)
    waiting = thing.offers.open().select_related("team", "offered_by").first()
    form = GiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        made = form.tried(lambda: offer_owner(thing, team=said["team"], actor=actor, reason=said["reason"]))
        if not form.errors:
            name = said["team"].name
            messages.success(request, f"{name} is asked." if made else f"{name} answers for it now.")
            return redirect(thing)
    context = {"thing": thing, "form": form, "waiting": waiting}
    return render(request, "registry/people/give.html", context, status=422 if form.errors else 200)


@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Take it over, or say no."""
    offer, actor = _find(request, number), actor_of(request)
    is_accepted = request.POST.get("answer") == "accept"
    reason = request.POST.get("reason", "")
    said = f"{offer.team} answers for {offer.thing.key} now." if is_accepted else "Who asked is told why not."
    then = offer.get_absolute_url()
    return done(request, lambda: answer_offer(offer, actor=actor, is_accepted=is_accepted, reason=reason), said, then)


@require_POST
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Keep it after all."""
    offer = _find(request, number)
    then = offer.thing.get_absolute_url()
    return done(request, lambda: withdraw_offer(offer, actor=actor_of(request)), "It stays where it is.", then)


def _find(request: HttpRequest, number: int) -> OwnerOffer:
    rows = OwnerOffer.objects.visible_to(actor_of(request)).select_related("feature", "view", "team", "giver")
    return get_object_or_404(rows, pk=number)
