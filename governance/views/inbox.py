"""The inbox: what waits for one's decision or answer, and what waits for others."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from governance.models import ClassSuggestion, Decision, Opening
from governance.queries.inbox import (
    grouped,
    own_open,
    to_acknowledge,
    to_decide,
    to_fix,
    waiting_count,
)
from governance.queries.pace import usual_this_month
from governance.queries.proposals import waiting_proposals
from governance.queries.recertification import waiting_for
from registry.models import User
from registry.views.actor import actor_of

TABS = (
    ("", "Decide"), ("acknowledge", "Acknowledge"), ("fix", "Fix"), ("others", "Waiting for others"), ("done", "Done"),
)  # fmt: skip
MOST_DONE = 50


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """`/inbox/`, with `?of=` one of `TABS`."""
    actor, of = actor_of(request), request.GET.get("of", "")
    if of not in dict(TABS):
        raise Http404
    context = {"of": of, "tabs": _tabs(of), "usual": usual_this_month()} | _rows(of, actor)
    return render(request, "governance/inbox/page.html", context)


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """The number beside the inbox, asked for once a page is there: no page waits for it."""
    waiting = waiting_count(actor_of(request))
    return HttpResponse(str(waiting) if waiting else "")


def _tabs(of: str) -> list[dict[str, object]]:
    return [{"label": label, "url": f"?of={name}" if name else "?", "current": name == of} for name, label in TABS]


def _rows(of: str, actor: User) -> dict[str, object]:
    if of == "acknowledge":
        return {"readers": to_acknowledge(actor)}
    if of == "fix":
        return {"teams": to_fix(actor)}
    if of == "others":
        return {"asked": own_open(actor)}
    if of == "done":
        said = Decision.objects.filter(voter=actor).select_related("request__requester", "request__consumer")
        return {"decisions": said.order_by("-pk")[:MOST_DONE]}
    suggestions = ClassSuggestion.objects.visible_to(actor).waiting_for(actor).with_feature()
    return {
        "groups": grouped(to_decide(actor)), "suggestions": suggestions[:MOST_DONE], "reviews": waiting_for(actor),
        "openings": Opening.objects.waiting_for(actor).select_related("about", "team", "asked_by")[:MOST_DONE],
        "proposals": waiting_proposals(actor).with_people(),
    }  # fmt: skip
