"""Webhooks of one's teams: made, changed, tried, taken away; and what was sent to them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from common.keyset import page as page_of
from registry.actions.action import allow
from registry.actions.webhooks import (
    change_webhook,
    create_webhook,
    redeliver,
    remove_webhook,
    renew_key,
    try_webhook,
)
from registry.choices import HookKind
from registry.models import Team, User, Webhook
from registry.outbox.events import ASKED_FOR, EVENTS
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done

CHOSEN = [(event.name, event.name) for event in EVENTS.values() if event.name not in ASKED_FOR]


class WebhookForm(Refusable):
    """What a webhook is told, and where. Its address is never shown again."""

    name = forms.CharField(max_length=120, label="What is it?", help_text="Such as: #ml-features in Slack")
    url = forms.CharField(
        max_length=2_000, label="Its address", help_text="Kept sealed, and not shown again: only its host is.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    events = forms.MultipleChoiceField(
        choices=CHOSEN, required=False, widget=forms.CheckboxSelectMultiple, label="Of what is it told?",
        help_text="Of everything where none is chosen.",
    )  # fmt: skip


class NewWebhookForm(WebhookForm):
    """And what cannot be changed later: its kind, and whose it is."""

    kind = forms.ChoiceField(choices=HookKind.choices, widget=forms.RadioSelect, label="What does it understand?")
    routing_key = forms.CharField(
        max_length=100, required=False, label="Integration key", help_text="Of a service in PagerDuty. Kept sealed.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    team = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", label="Whose is it?", help_text="It is told what concerns this team."
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = Team.objects.order_by("name") if actor.is_admin else actor.teams.order_by("name")
        team.required = not actor.is_admin
        team.empty_label = "Everybody's" if actor.is_admin else None
        self.order_fields(["name", "kind", "url", "routing_key", "team", "events"])


class ChangeWebhookForm(WebhookForm):
    """An address left empty stays as it is."""

    is_on = forms.BooleanField(required=False, label="Switched on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["url"].required = False
        self.fields["url"].label = "Another address"

    @staticmethod
    def shown(hook: Webhook) -> dict[str, Any]:
        return {"name": hook.name, "events": hook.events, "is_on": hook.disabled_at is None}

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "url" or value}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The list and the form. A new signing key is in the answer to this one POST and nowhere else, ever."""
    actor = actor_of(request)
    form = NewWebhookForm(request.POST or None, actor=actor, initial={"kind": HookKind.STANDARD.value})
    made = None
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        team = said.pop("team")
        made = form.tried(lambda: create_webhook(team, actor=actor, **said))
    rows = Webhook.objects.visible_to(actor).select_related("team")
    context = {
        "form": NewWebhookForm(actor=actor, initial={"kind": HookKind.STANDARD.value}) if made else form,
        "made": made, "rows": rows, "may_create": actor.is_admin or bool(actor.team_ids),
    }  # fmt: skip
    return _secret(render(request, "registry/webhook/list.html", context, status=422 if form.errors else 200))


@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, number: str) -> HttpResponse:
    """What one is told, and what was sent to it."""
    hook, actor = _find(request, number), actor_of(request)
    allow(actor, "registry.change_webhook", hook)
    form = ChangeWebhookForm(request.POST or None, initial=ChangeWebhookForm.shown(hook))
    if request.method == "POST" and form.is_valid():
        form.tried(lambda: change_webhook(hook, actor=actor, **form.changes()))
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(hook)
    return _show(request, hook, form)


def _show(request: HttpRequest, hook: Webhook, form: forms.Form, key: str = "") -> HttpResponse:
    sent = hook.deliveries.select_related("message")
    page = page_of(sent, order=("-id",), after=request.GET.get("after", ""))
    context = {"hook": hook, "form": form, "page": page, "key": key}
    return _secret(render(request, "registry/webhook/page.html", context, status=422 if form.errors else 200))


@require_POST
def attempt(request: HttpRequest, number: str) -> HttpResponse:
    """Send it a message that says no more than that it arrived."""
    hook = _find(request, number)
    said = "A test is on its way. Load this page again to see what came of it."
    return done(request, lambda: try_webhook(hook, actor=actor_of(request)), said, hook.get_absolute_url())


@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """Make a new signing key, which is in this one answer and nowhere else, ever."""
    hook = _find(request, number)
    try:
        key = renew_key(hook, actor=actor_of(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(hook)
    hook.refresh_from_db()
    return _show(request, hook, ChangeWebhookForm(initial=ChangeWebhookForm.shown(hook)), key)


@require_POST
def remove(request: HttpRequest, number: str) -> HttpResponse:
    """Nothing is sent there any more."""
    hook = _find(request, number)
    said = f"{hook.name} is gone."
    return done(request, lambda: remove_webhook(hook, actor=actor_of(request)), said, "registry:webhooks")


@require_POST
def again(request: HttpRequest, number: str, delivery: int) -> HttpResponse:
    """Send a message again, with the same number."""
    hook = _find(request, number)
    found = get_object_or_404(hook.deliveries, pk=delivery)
    return done(
        request, lambda: redeliver(found, actor=actor_of(request)), "It is on its way again.", hook.get_absolute_url()
    )


def _find(request: HttpRequest, number: str) -> Webhook:
    rows = Webhook.objects.visible_to(actor_of(request)).select_related("team")
    return get_object_or_404(rows, pk=number)


def _secret(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
