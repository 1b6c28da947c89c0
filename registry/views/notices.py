"""How somebody wants to be told what happens."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from registry.actions.notices import choose_notices
from registry.choices import Cadence
from registry.models import NoticeChoice, User
from registry.outbox.events import ASKED_FOR, EVENTS
from registry.refusable import Refusable
from registry.views.actor import actor_of

CHOSEN = [event for event in EVENTS.values() if event.name not in ASKED_FOR]


class NoticesForm(Refusable):
    """One choice for each event, and when not to be disturbed."""

    time_zone = forms.CharField(max_length=60, label="Time zone", help_text="Such as Europe/Berlin.")
    quiet_from = forms.TimeField(
        required=False, label="Quiet from", help_text="What is sent meanwhile waits until the quiet hours end.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_until = forms.TimeField(
        required=False, label="Quiet until", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for event in CHOSEN:
            label = f"{event.label[0].upper()}{event.label[1:]}"
            self.fields[event.name] = forms.ChoiceField(choices=Cadence.choices, label=label)
        self.order_fields([event.name for event in CHOSEN])

    def arguments(self) -> dict[str, Any]:
        said = self.cleaned_data
        rest = {name: said[name] for name in ("time_zone", "quiet_from", "quiet_until")}
        return {"cadences": {event.name: said[event.name] for event in CHOSEN}, **rest}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One's own choices."""
    actor = actor_of(request)
    form = NoticesForm(request.POST or None, initial=_held(actor))
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: choose_notices(actor, actor=actor, **form.arguments()))
        if made is not None:
            messages.success(request, "Saved.")
            return redirect("registry:notices")
    return render(request, "registry/notices.html", {"form": form}, status=422 if form.errors else 200)


def _held(actor: User) -> dict[str, Any]:
    choice = NoticeChoice.objects.filter(user=actor).first() or NoticeChoice(user=actor)
    chosen = {event.name: choice.cadence(event.name, event.usual) for event in CHOSEN}
    return chosen | {
        "time_zone": choice.time_zone, "quiet_from": choice.quiet_from, "quiet_until": choice.quiet_until,
    }  # fmt: skip
