"""Announcing the end of many versions that a search finds: looked at first, then told to all of their readers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from governance.actions.announcing import Said, faults_of, usual_sunset
from governance.actions.announcing_many import announce_many
from governance.announcing_forms import ManyForm
from governance.queries.announcing_many import MOST, Candidate, candidates, found_versions
from governance.views.announcing import replacement_in
from registry.actions.endings import shortest_notice
from registry.models import User
from registry.views.actor import actor_of

Faults = dict[int, str]  # by version, what is wrong with its end


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`?q=` finds the versions, as on the search page. A POST looks at what the form would announce for those that are
    ticked; with `do=announce` it announces that."""
    query, actor = request.GET.get("q", "").strip(), actor_of(request)
    if not query:
        return render(request, "governance/announcing/many.html", {"query": ""})
    found = found_versions(actor, query)
    rows = candidates(found.versions, actor)
    able = [one for one in rows if not one.why_not]
    form = ManyForm(request.POST or None, initial=ManyForm.begun(_usual_sunset(able)))
    ticked = _ticked(request, able)
    said = _said(form, ticked, actor) if request.method == "POST" else None
    faults = {} if said is None else _faults(form, ticked, said)
    if said is not None and request.POST.get("do") == "announce" and not form.errors:
        faults = _announced(request, ticked, actor, said)
        if not faults:
            return redirect(f"{reverse('governance:deprecations')}?of=ours")
        rows = candidates(found_versions(actor, query).versions, actor)
    context = {"query": query, "found": found, "form": form, "faults": faults, "most": MOST}
    context |= _parted(rows, ticked, faults, is_ready=said is not None and not form.errors)
    return render(request, "governance/announcing/many.html", context, status=422 if form.errors else 200)


def _usual_sunset(able: Sequence[Candidate]) -> date:
    """Early enough for all of them."""
    days = max((shortest_notice(one.version).days for one in able), default=0)
    return usual_sunset(timezone.now().date(), days)


def _ticked(request: HttpRequest, able: Sequence[Candidate]) -> list[Candidate]:
    """Those to announce: all of them until somebody has ticked some."""
    if request.method == "GET":
        return list(able)
    named = set(request.POST.getlist("version"))
    return [one for one in able if str(one.version) in named]


def _said(form: ManyForm, ticked: Sequence[Candidate], actor: User) -> Said | None:
    if not ticked:
        form.add_error(None, "Tick a version that ends. What is not listed any longer has ended meanwhile.")
    if not form.is_valid():
        return None
    like = ticked[0].version.feature.key
    replacement = replacement_in(form, actor, like=like)
    return None if form.errors else form.said(replacement)


def _faults(form: ManyForm, ticked: Sequence[Candidate], said: Said) -> Faults:
    """By version, what is wrong with such an end of it. What is wrong with all of them stands in the form."""
    found = {one.version.pk: faults_of(one.version, said) for one in ticked}
    if all(found.values()):
        for name, text in found[ticked[0].version.pk].items():
            form.add_error(form.called.get(name, name), text)
    return {pk: " ".join(texts.values()) for pk, texts in found.items() if texts}


def _announced(request: HttpRequest, ticked: Sequence[Candidate], actor: User, said: Said) -> Faults:
    """Announce them, and say how many. Returns what was refused, and why."""
    outcomes = announce_many([one.version for one in ticked], actor=actor, said=said)
    refused = {one.version.pk: _words(one.refusal) for one in outcomes if one.refusal is not None}
    if done := len(outcomes) - len(refused):
        messages.success(request, f"{done} version{'s' * (done > 1)} deprecated. Their readers are told.")
    if refused:
        messages.error(request, f"{len(refused)} could not be announced. What is wrong stands beside each.")
    return refused


def _words(refusal: Exception) -> str:
    return " ".join(getattr(refusal, "messages", [str(refusal)]))


def _parted(
    rows: Sequence[Candidate], ticked: Sequence[Candidate], faults: Faults, *, is_ready: bool
) -> dict[str, Any]:
    """Those that can end, as they are ticked and what is wrong with them; the others; and what a button would do."""
    chosen = {one.version.pk for one in ticked}
    ready = [one for one in ticked if is_ready and one.version.pk not in faults]
    return {
        "able": [(one, one.version.pk in chosen, faults.get(one.version.pk, "")) for one in rows if not one.why_not],
        "others": [one for one in rows if one.why_not],
        "ready": ready, "teams": sorted({team.name for one in ready for team in one.teams}),
    }  # fmt: skip
