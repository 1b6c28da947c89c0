"""Announcing the end of a version: asked one page at a time, kept at each, and told to its readers at the last."""

from collections.abc import Callable
from copy import copy
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from common.timelines import Bar
from governance import letters
from governance.actions.announcing import (
    Said,
    announce_draft,
    discard_deprecation,
    draft_deprecation,
    faults_of,
    fill_deprecation,
    try_notice,
    usual_sunset,
)
from governance.announcing_forms import DraftPage, EndForm, NoticeForm, ReplacementForm, TimelineForm, WhyForm, usual
from governance.models import Deprecation, DeprecationState, Reader
from governance.queries.announcing import Affected, affected_by, replacements_for
from registry import contracts
from registry.actions.action import allow
from registry.actions.endings import deprecate_version, shortest_notice
from registry.choices import VersionState
from registry.models import Team, User, Version
from registry.outbox.letters import Letter
from registry.references import find_features, public_number
from registry.views.actor import actor_of
from registry.views.doing import done
from registry.views.feature_frame import find

# Pages in their order: label, and what is asked there.
STEPS: dict[str, tuple[str, type[DraftPage] | None]] = {
    "why": ("What and why", WhyForm), "replacement": ("Replacement", ReplacementForm), "readers": ("Readers", None),
    "timeline": ("Timeline", TimelineForm), "notice": ("Notice", NoticeForm),
}  # fmt: skip
_ASKED = {
    "kind": "why", "reason": "why", "replacement": "replacement", "instead": "replacement", "sunset_on": "timeline",
    "brownouts": "timeline",
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """The first page for a version (`?v=1`), which makes the draft; the end of one that is announced is moved here."""
    version = _version(request, project, view, feature)
    allow(actor_of(request), "registry.deprecate_version", version)
    if version.state == VersionState.DEPRECATED:
        return _move(request, version)
    held = version.deprecations.filter(state=DeprecationState.DRAFT).first()
    if held is not None and request.method == "GET":
        return redirect(_url(held, _first_gap(version, Said.of(held))))
    form = WhyForm(request.POST or None, initial=WhyForm.shown(Said(), version))
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: draft_deprecation(version, actor=actor_of(request), said=form.kept()))
        if made is not None:
            return redirect(_url(made, "replacement"))
    return _show(request, version, None, "why", form)


def _move(request: HttpRequest, version: Version) -> HttpResponse:
    form, actor = EndForm(request.POST or None, initial=EndForm.of(version)), actor_of(request)
    if request.method == "POST" and form.is_valid():
        replacement = _named(form, version, actor)
        ending = {"replacement": replacement, **form.arguments()}
        made = None if form.errors else form.tried(lambda: deprecate_version(version, actor=actor, **ending))
        if made is not None:
            messages.success(request, f"v{version.number} ends on {made.sunset_on}. Its readers are told.")
            return redirect(f"{version.feature.get_absolute_url()}versions/")
    context = {"form": form, **_frame(version)}
    return render(request, "governance/announcing/move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """One page of a draft."""
    if step not in STEPS:
        raise Http404
    draft = _draft(request, reference)
    version, said, kind = draft.version, Said.of(draft), STEPS[step][1]
    form = None if kind is None else kind(request.POST or None, initial=_initial(request, step, said, version))
    if request.method == "POST" and form is not None and form.is_valid() and _keep(request, draft, form):
        return redirect(_url(draft, _after(step)))
    return _show(request, version, draft, step, form)


def _keep(request: HttpRequest, draft: Deprecation, form: DraftPage) -> bool:
    """Keep what a page says; where it is wrong, the form says why."""
    kept, actor = form.kept(), actor_of(request)
    if isinstance(form, ReplacementForm):
        named = _named(form, draft.version, actor)
        kept["replacement"] = named.pk if named else None
    return not form.errors and form.tried(lambda: fill_deprecation(draft, actor=actor, said=kept)) is not None


def _initial(request: HttpRequest, step: str, said: Said, version: Version) -> dict[str, Any]:
    shown = STEPS[step][1].shown(said, version)  # type: ignore[union-attr]  # only pages that ask something
    if step == "replacement" and "use" in request.GET:
        return shown | {"replacement": request.GET["use"]}
    if step == "timeline" and not shown:
        return usual(usual_sunset(timezone.now().date(), shortest_notice(version).days))
    return shown


@require_POST
def publish(request: HttpRequest, reference: str) -> HttpResponse:
    """Announce what the draft says."""
    draft = _draft(request, reference)
    try:
        made = announce_draft(draft, actor=actor_of(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(_url(draft, _first_gap(draft.version, Said.of(draft))))
    messages.success(request, f"{draft.version} is deprecated, and its readers are told.")
    return redirect(made)


@require_POST
def discard(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the draft away."""
    draft = _draft(request, reference)
    then = f"{draft.version.feature.get_absolute_url()}versions/"
    return done(request, lambda: discard_deprecation(draft, actor=actor_of(request)), "Nobody was told anything.", then)


@require_POST
def try_it(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the notice to oneself."""
    draft = _draft(request, reference)
    actor = actor_of(request)
    said = f"It is on its way to {actor.email}."
    letter = _letter(draft, affected_by(draft.version, actor)[0])
    return done(request, lambda: try_notice(draft, actor=actor, letter=letter), said, _url(draft, "notice"))


def _version(request: HttpRequest, project: str, view: str, feature: str) -> Version:
    """The version that `?v=` names, the current one without it."""
    held = find(request, project, view, feature)
    number = request.GET.get("v", str(held.number))
    seen = Version.objects.visible_to(actor_of(request)).select_related("replacement__feature")
    version = seen.filter(feature=held, number=number).first() if number.isdecimal() and len(number) < 10 else None
    if version is None:
        raise Http404(f"There is no version {number}.")
    version.feature = held
    return version


def _draft(request: HttpRequest, reference: str) -> Deprecation:
    """The draft, of somebody who may go on with it."""
    actor = actor_of(request)
    rows = Deprecation.objects.visible_to(actor).with_version().filter(state=DeprecationState.DRAFT)
    draft = get_object_or_404(rows, pk=public_number(reference, "DEP"))
    allow(actor, "governance.draft_deprecation", draft)
    return draft


def _named(form: forms.Form, version: Version, actor: User) -> Version | None:
    """The version that the form names as the replacement; its feature's current one when it says no number."""
    text = form.cleaned_data["replacement"].strip()
    if not text:
        return None
    found = find_features(actor, text, limit=2)
    if len(found) != 1 or found[0].number is None:
        said = "More than one feature is called so." if len(found) > 1 else "There is no such version."
        form.add_error("replacement", f"{said} Write its whole key, such as {version.feature.key}@2.")
        return None
    return Version.objects.visible_to(actor).get(feature=found[0].feature, number=found[0].number)


def _show(
    request: HttpRequest, version: Version, draft: Deprecation | None, step: str, form: forms.Form | None
) -> HttpResponse:
    said = Said() if draft is None else Said.of(draft)
    more = _BESIDE[step](draft, actor_of(request)) if draft is not None and step in _BESIDE else {}
    context = {
        "draft": draft, "step": step, "label": STEPS[step][0], "form": form, "said": said,
        "next": "" if draft is None or step == "notice" else _url(draft, _after(step)),
        "steps": [] if draft is None else _steps(draft, said, step), **_frame(version), **more,
    }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "governance/announcing/step.html", context, status=status)


def _frame(version: Version) -> dict[str, Any]:
    held = version.feature
    crumbs = [
        {"label": held.project.name, "url": held.project.get_absolute_url()},
        {"label": held.view.name, "url": held.view.get_absolute_url()},
        {"label": held.name, "url": held.get_absolute_url()},
    ]
    return {"version": version, "feature": held, "crumbs": crumbs, "today": timezone.now().date()}


def _steps(draft: Deprecation, said: Said, current: str) -> list[dict[str, str]]:
    missing = {_ASKED[name] for name in faults_of(draft.version, said) if name in _ASKED}
    asked = {
        "why": "kind", "replacement": "instead", "readers": "sunset_on", "timeline": "sunset_on", "notice": "reminders",
    }  # fmt: skip
    return [
        {
            "label": label, "url": _url(draft, name),
            "state": "current" if name == current
            else "done" if asked.get(name) in draft.draft and name not in missing else "",
        }
        for name, (label, _) in STEPS.items()
    ]  # fmt: skip


def _beside_replacement(draft: Deprecation, actor: User) -> dict[str, Any]:
    """What could replace it, and what is different about the one that is chosen."""
    version, chosen = draft.version, Said.of(draft).replacement
    hide = chosen is not None and any(contracts.is_personal(one.feature, one) for one in (version, chosen))
    both = [contracts.describe(one, hide_values=hide) for one in (version, chosen) if one is not None]
    changes = contracts.differences(*both) if len(both) == 2 else []
    offered = [{"version": one, "url": f"?{urlencode({'use': str(one)})}"} for one in replacements_for(version, actor)]
    return {"offered": offered, "changes": [one for one in changes if one.field != "State"]}


def _beside_readers(draft: Deprecation, actor: User) -> dict[str, Any]:
    readers, hidden = affected_by(draft.version, actor)
    return {"readers": readers, "hidden": hidden}


def _beside_timeline(draft: Deprecation, actor: User) -> dict[str, Any]:
    said, today = Said.of(draft), timezone.now().date()
    bars = [Bar("Served", today, said.sunset_on)] if said.sunset_on else []
    bars += [Bar(f"Off from {start:%Y-%m-%d %H:%M}", start.date(), end.date()) for start, end in said.brownouts]
    return {"bars": bars, "least": shortest_notice(draft.version).days}


def _beside_notice(draft: Deprecation, actor: User) -> dict[str, Any]:
    """What is missing, who is told, and the letter as they get it."""
    readers, hidden = affected_by(draft.version, actor)
    told = [one for one in readers if one.is_reachable]
    missing = [
        {"text": text, "url": _url(draft, _ASKED[name])}
        for name, text in faults_of(draft.version, Said.of(draft)).items()
    ]
    letter = None if missing else _letter(draft, readers)
    return {
        "missing": missing, "letter": letter, "shown_to": _shown_to(readers), "told": told, "hidden": hidden,
        "teams": sorted({one.consumer.team.name for one in told if one.consumer.team}),
        "not_told": [one.consumer for one in readers if not one.is_reachable],
    }  # fmt: skip


_BESIDE: dict[str, Callable[[Deprecation, User], dict[str, Any]]] = {
    "replacement": _beside_replacement, "readers": _beside_readers, "timeline": _beside_timeline,
    "notice": _beside_notice,
}  # fmt: skip


def _letter(draft: Deprecation, affected: list[Affected]) -> Letter:
    """What the draft would announce to the team of the first that can be told, or else to followers."""
    said, seen = Said.of(draft), copy(draft)  # never saved
    seen.version = copy(draft.version)
    seen.version.sunset_on, seen.version.state_reason = said.sunset_on, said.reason
    seen.version.replacement, seen.instead = said.replacement, said.instead
    team = _shown_to(affected)
    readers = [Reader(deprecation=draft, consumer=one.consumer) for one in affected if team == one.consumer.team]
    return letters.general(seen) if team is None else letters.ending(seen, readers)


def _shown_to(affected: list[Affected]) -> Team | None:
    return next((one.consumer.team for one in affected if one.is_reachable), None)


def _first_gap(version: Version, said: Said) -> str:
    missing = {_ASKED[name] for name in faults_of(version, said) if name in _ASKED}
    return next((name for name in STEPS if name in missing), "notice")


def _after(step: str) -> str:
    pages = list(STEPS)
    return pages[min(pages.index(step) + 1, len(pages) - 1)]


def _url(draft: Deprecation, step: str) -> str:
    return reverse("governance:announcing", args=[draft.public_id, step])
