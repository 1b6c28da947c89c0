"""The home page: where one left off, and for administrators how far the set-up is."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.context import address
from registry.queries import home as reads
from registry.views.actor import actor_of


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the checklist, as <c-steps> reads it."""

    label: str
    note: str
    url: str
    state: str


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Followed, my team's trouble, most used, recently changed; the checklist until the set-up is done."""
    user = actor_of(request)
    steps = checklist(reads.setup()) if user.is_admin else []
    context: dict[str, Any] = {
        "followed": reads.followed(user),
        "in_trouble": reads.in_trouble(user),
        "has_team": bool(user.team_ids),
        "most_used": reads.most_used(user),
        "recent": reads.changed_recently(user),
        "steps": steps if any(step.state != "done" for step in steps[:-1]) else [],
    }
    context["is_empty"] = not any(context[name] for name in ("followed", "most_used", "recent"))
    return render(request, "portal/home.html", context)


def checklist(setup: reads.Setup) -> list[Step]:
    """Connect, import, owners, classes, limits, first search. The first one open is the current one."""
    drafts = [
        ("Connect a store", f"{setup.connections} connected", "registry:connections", setup.connections > 0),
        ("Import its definitions", f"{setup.views} feature views", "registry:connections", setup.views > 0),
        ("Give every view an owner", _share(setup.owned, setup.views), "registry:teams",
         _is_all(setup.owned, setup.views)),
        ("Classify what looks personal", _share(setup.classified, setup.looking_personal), "registry:search",
         setup.views > 0 and setup.classified == setup.looking_personal),
        ("Give every view a freshness limit", _share(setup.limited, setup.views), "monitoring:health",
         _is_all(setup.limited, setup.views)),
        ("Search", "What readers see first", "registry:search", False),
    ]  # fmt: skip
    current = next(index for index, draft in enumerate(drafts) if not draft[3])
    return [
        Step(label, note, address(route), "done" if is_done else "current" if index == current else "")
        for index, (label, note, route, is_done) in enumerate(drafts)
    ]


def _share(done: int, of: int) -> str:
    return f"{done} of {of}" if of else "none yet"


def _is_all(done: int, of: int) -> bool:
    return of > 0 and done == of
