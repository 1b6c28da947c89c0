"""Proposed changes of policies: what would change, what it would have altered, and the second reader's decision."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from governance.access_forms import ReasonForm
from governance.actions.proposing import agree_policy, reject_policy, withdraw_policy
from governance.models import PolicyProposal, ProposalState
from governance.queries.proposals import differences, readers_needed, readers_of, tried
from registry.actions.action import allow
from registry.models import User
from registry.references import public_number
from registry.views.actor import actor_of

SHOWN = 30
_FORMS = {"reject": "governance.reject_policy", "withdraw": "governance.withdraw_policy"}


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What would change, and for whom it waits for, the decision."""
    return _page(request, _find(request, reference))


def _page(request: HttpRequest, found: PolicyProposal, **said: ReasonForm) -> HttpResponse:
    actor, is_open = actor_of(request), found.state == ProposalState.OPEN
    context: dict[str, Any] = {
        "proposal": found, "differences": differences(found), "forms": {**_forms(actor, found), **said},
        "votes": found.votes.select_related("voter"), "may_agree": is_open and _may_agree(actor, found),
    }  # fmt: skip
    if is_open:
        ran = tried(found)
        context |= {
            "readers": readers_of(found), "needed": readers_needed(), "altered": ran.altered[:SHOWN],
            "altered_count": len(ran.requests), "looked_at": ran.looked_at,
        }  # fmt: skip
    return render(request, "governance/policy/proposal.html", context, status=422 if said else 200)


def _may_agree(actor: User, found: PolicyProposal) -> bool:
    return actor.has_perm("governance.agree_policy", found) and not found.votes.filter(voter=actor).exists()


def _forms(actor: User, found: PolicyProposal) -> dict[str, ReasonForm]:
    if found.state != ProposalState.OPEN:
        return {}
    return {name: ReasonForm(auto_id=f"{name}_%s") for name, verb in _FORMS.items() if actor.has_perm(verb, found)}


@require_POST
def agree(request: HttpRequest, reference: str) -> HttpResponse:
    """One more has read it; with the last that is needed it takes effect."""
    found, actor = _find(request, reference), actor_of(request)
    allow(actor, "governance.agree_policy", found)
    try:
        row = agree_policy(found, actor=actor)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(found)
    if row.state == ProposalState.TAKEN:
        messages.success(request, f"{row.name} is changed. What was sent before keeps its version.")
    else:
        messages.success(request, f"You agree to {row}. It waits for another reader.")
    return redirect(found)


@require_POST
def reject(request: HttpRequest, reference: str) -> HttpResponse:
    """The policy stays as it is."""
    return _closed(request, _find(request, reference), "reject", reject_policy)


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Who has proposed it takes it back."""
    return _closed(request, _find(request, reference), "withdraw", withdraw_policy)


def _closed(
    request: HttpRequest, found: PolicyProposal, name: str, close: Callable[..., PolicyProposal]
) -> HttpResponse:  # fmt: skip
    actor, form = actor_of(request), ReasonForm(request.POST, auto_id=f"{name}_%s")
    allow(actor, _FORMS[name], found)
    work = lambda: close(found, actor=actor, reason=form.cleaned_data["reason"])  # noqa: E731
    if form.is_valid() and (row := form.tried(work)) is not None:
        messages.success(request, f"{row} is {row.get_state_display().lower()}. The policy stays as it is.")
        return redirect(row)
    return _page(request, found, **{name: form})


def _find(request: HttpRequest, reference: str) -> PolicyProposal:
    rows = PolicyProposal.objects.visible_to(actor_of(request)).with_people()
    return get_object_or_404(rows, pk=public_number(reference, "PP"))
