"""Policies of access: their versions, changes tried on what was decided, and what owners agree to beforehand."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from governance.access_forms import ReasonForm
from governance.actions.policies import approve_beforehand, next_version, stop_approving_beforehand
from governance.actions.proposing import ALONE, propose_end, propose_policy
from governance.models import Policy, PolicyProposal
from governance.policy_forms import NewPolicyForm, PolicyForm
from governance.queries.dry_run import dry_run
from governance.queries.proposals import is_alone
from registry.actions.action import allow
from registry.models import FeatureView
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done

SHOWN = 30


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A policy with all its versions, the newest first. A POST with `try` says what the change would have altered, one
    without it proposes the next version."""
    rows = _versions(name)
    if request.method != "POST":
        return _page(request, rows)
    actor = actor_of(request)
    allow(actor, "governance.propose_policy", rows[0])
    form = PolicyForm(request.POST)
    place = {part: getattr(rows[0], part) for part in ("privacy_class", "setting", "environment")}
    if "try" in request.POST:
        return _page(request, rows, tried=_tried(form, place), change=form)
    if form.is_valid() and (made := form.tried(_proposing(request, form, place))) is not None:
        return _told(request, made)
    return _page(request, rows, change=form)


def _told(request: HttpRequest, made: PolicyProposal) -> HttpResponse:
    """What became of it: it waits for a second reader, or took effect where there is none."""
    if made.is_alone:
        messages.success(request, f"{made.name} is changed. {ALONE} The audit log says so.")
    else:
        messages.success(request, f"{made} waits for a second reader of the committee. Until then all stays as it is.")
    return redirect(made)


def _versions(name: str) -> list[Policy]:
    privacy_class, *_ = name.split(".", 2)
    versions = Policy.objects.filter(privacy_class=privacy_class).select_related("created_by").order_by("-number")
    rows = [one for one in versions if one.name == name]
    if not rows:
        raise Http404(f"There is no policy {name}.")
    return rows


def _page(
    request: HttpRequest, rows: list[Policy], *, tried: dict[str, Any] | None = None, **forms: Refusable
) -> HttpResponse:  # fmt: skip
    actor, newest = actor_of(request), rows[0]
    may_change = actor.has_perm("governance.propose_policy", newest)
    usual: dict[str, Refusable] = {}
    if may_change:
        usual = {"change": PolicyForm(initial=PolicyForm.of(newest)), "end": ReasonForm(auto_id="end_%s")}
    seen = PolicyProposal.objects.visible_to(actor).open().select_related("proposed_by")
    context = {
        "policy": newest, "versions": rows, "forms": {**usual, **forms}, **(tried or {}),
        "proposal": next((one for one in seen if one.name == newest.name), None),
        "is_alone": may_change and is_alone(actor),
    }  # fmt: skip
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "governance/policy/page.html", context, status=422 if is_wrong else 200)


def _proposing(request: HttpRequest, form: PolicyForm, place: dict[str, str]) -> Callable[[], PolicyProposal]:
    said = form.cleaned_data
    return lambda: propose_policy(None, actor=actor_of(request), reason=said["reason"], **place, **form.said())


def _tried(form: PolicyForm, place: dict[str, str]) -> dict[str, Any]:
    """What the change would have altered, for the page; nothing where the form is wrong."""
    made = form.tried(lambda: next_version(**place, said=form.said())) if form.is_valid() else None
    if made is None:
        return {}
    ran = dry_run(made)
    return {"altered": ran.altered[:SHOWN], "altered_count": len(ran.requests), "looked_at": ran.looked_at}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A policy where a class has none of its own in a setting or an environment."""
    actor = actor_of(request)
    allow(actor, "governance.propose_policy", None)
    form = NewPolicyForm(request.POST or None, initial={"owner_votes": 1, "committee_votes": 1, "emergency_hours": 4,
                                                        "silence": "keep", "most_days": 90})  # fmt: skip
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            context |= _tried(form, form.place())
        elif (made := form.tried(_proposing(request, form, form.place()))) is not None:
            return _told(request, made)
    return render(request, "governance/policy/new.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Propose to take it away; a less particular one decides then."""
    newest, actor = _versions(name)[0], actor_of(request)
    allow(actor, "governance.propose_policy", newest)
    form = ReasonForm(request.POST, auto_id="end_%s")
    work = lambda: propose_end(newest, actor=actor, reason=form.cleaned_data["reason"])  # noqa: E731
    if form.is_valid() and (made := form.tried(work)) is not None:
        return _told(request, made)
    return _page(request, _versions(name), end=form)


@require_POST
def beforehand(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """The owner agrees that what may be automatic is granted at once for this view, or stops it with `stop`."""
    actor = actor_of(request)
    found = get_object_or_404(FeatureView.objects.visible_to(actor), key=f"{project}.{view}")
    allow(actor, "governance.approve_beforehand", found)
    then = _back(request, found)
    if "stop" in request.POST:
        work: Callable[[], object] = lambda: stop_approving_beforehand(found, actor=actor)  # noqa: E731
        return done(request, work, f"From now on each request for {found} is decided.", then)
    reason = request.POST.get("reason", "")
    work = lambda: approve_beforehand(found, actor=actor, reason=reason)  # noqa: E731
    return done(request, work, f"What a policy lets be automatic is granted at once for {found}.", then)


def _back(request: HttpRequest, found: FeatureView) -> str:
    """The Access tab of the feature that it was said on, if it is one of this view."""
    name = request.POST.get("feature", "")
    feature = found.features.filter(name=name).first() if "\0" not in name else None
    return f"{feature.get_absolute_url()}access/" if feature else found.get_absolute_url()
