"""Plans: which there are, what one says, and the buttons that approve and apply it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.quantities import duration
from registry.actions.plans import apply_plan, approve_plan, may_approve
from registry.choices import PlanState
from registry.contracts import shown
from registry.models import Plan, User
from registry.plans.outcome import unmet
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.doing import done

# How many things of one kind a page lists: the API has all of them.
MOST = 200
_SIGNS = {"add": "+", "change": "~", "publish": "~", "withdraw": "~", "deprecate": "-", "retire": "-", "remove": "-"}


_LENGTHS = ("ttl", "every", "slo_freshness")


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a plan with everything that differs in it."""

    key: str
    sign: str
    is_refused: bool
    changes: list[dict[str, Any]]


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Plans that this person sees, newest first."""
    found = Plan.objects.visible_to(actor_of(request)).select_related("created_by").defer("texts", "impact")
    page = page_of(found, order=("-id",), after=request.GET.get("after", ""))
    return render(request, "registry/plan/list.html", {"page": page})


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What a plan would do, whom it touches, and who must say yes."""
    return render(request, "registry/plan/page.html", _context(request, find(request, reference)))


@require_POST
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """Say yes for a team or for the committee."""
    plan = find(request, reference)
    party = request.POST.get("party", "")
    return done(
        request, lambda: approve_plan(plan, actor=actor_of(request), party=party), f"Approved for {party}.", plan
    )


@require_POST
def apply(request: HttpRequest, reference: str) -> HttpResponse:
    """Do everything that it says."""
    plan = find(request, reference)
    return done(request, lambda: apply_plan(plan, actor=actor_of(request)), f"{plan} is applied.", plan)


def find(request: HttpRequest, reference: str) -> Plan:
    """The plan at this address, or 404."""
    rows = Plan.objects.visible_to(actor_of(request)).select_related("created_by", "applied_by")
    return get_object_or_404(rows.defer("texts"), pk=public_number(reference, "PL"))


def _context(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    actor = actor_of(request)
    approvals = list(plan.approvals.select_related("given_by").order_by("pk"))
    missing = unmet(plan.needs, [one.party for one in approvals])
    things = list(_things(plan.changes))
    is_open = plan.state == PlanState.OPEN and not plan.is_expired
    return {
        "plan": plan,
        "things": sorted(things, key=lambda one: not one.is_refused)[:MOST],
        "more": max(0, len(things) - MOST),
        "impact": plan.impact[:MOST],
        "approvals": approvals,
        "missing": [_need(plan, one, actor) for one in plan.needs if one["party"] in missing],
        "is_open": is_open,
        "may_apply": is_open and not missing and not plan.counts["error"] and bool(plan.changes)
        and actor.has_perm("registry.apply_plan", plan),
    }  # fmt: skip


def _need(plan: Plan, need: dict[str, Any], actor: User) -> dict[str, Any]:
    return need | {"is_mine": may_approve(plan, need["party"], actor)}


def _things(changes: Iterable[dict[str, Any]]) -> Iterable[Thing]:
    for key, found in groupby(changes, key=lambda one: one["key"]):
        mine = list(found)
        refused = any(one["result"] == "error" for one in mine)
        told = [one | {"diff": [_difference(one)] if one["field"] else []} for one in mine]
        yield Thing(key, "!" if refused else _SIGNS[mine[0]["action"]], refused, told)


def _difference(change: dict[str, Any]) -> dict[str, str]:
    field = change["field"]
    return {"field": field.replace("_", " ")} | {name: _said(field, change[name]) for name in ("old", "new")}


def _said(field: str, value: Any) -> str:
    """A value as people read it; files and plans count in seconds."""
    if field in _LENGTHS and value is not None:
        return duration(timedelta(seconds=value))
    return shown(field, value, hide_values=False)
