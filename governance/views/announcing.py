"""Announcing the end of a version: asked one page at a time, kept at each, and told to its readers at the last."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

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
from governance.models import Deprecation, DeprecationState
from governance.queries.announcing import affected_by
from governance.views.beside import ASKED, BESIDE, letter_of, url_of
from registry.actions.action import allow
from registry.actions.endings import deprecate_version, shortest_notice
from registry.choices import VersionState
from registry.models import User, Version
from registry.references import find_features, public_number
from registry.views.actor import actor_of
from registry.views.doing import done
from registry.views.feature_frame import crumbs_through, find, version_asked

# Pages in their order: label, and what is asked there.
STEPS: dict[str, tuple[str, type[DraftPage] | None]] = {
    "why": ("What and why", WhyForm), "replacement": ("Replacement", ReplacementForm), "readers": ("Readers", None),
    "timeline": ("Timeline", TimelineForm), "notice": ("Notice", NoticeForm),
}  # fmt: skip


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """The first page for a version (`?v=1`), which makes the draft; the end of one that is announced is moved here."""
    version = version_asked(request, find(request, project, view, feature))
    allow(actor_of(request), "registry.deprecate_version", version)
    if version.state == VersionState.DEPRECATED:
        return _move(request, version)
    held = version.deprecations.filter(state=DeprecationState.DRAFT).first()
    if held is not None and request.method == "GET":
        return redirect(url_of(held, _first_gap(version, Said.of(held))))
    form = WhyForm(request.POST or None, initial=WhyForm.shown(Said(), version))
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: draft_deprecation(version, actor=actor_of(request), said=form.kept()))
        if made is not None:
            return redirect(url_of(made, "replacement"))
    return _show(request, version, None, "why", form)


def _move(request: HttpRequest, version: Version) -> HttpResponse:
    form, actor = EndForm(request.POST or None, initial=EndForm.of(version)), actor_of(request)
    if request.method == "POST" and form.is_valid():
        replacement = replacement_in(form, actor, like=version.feature.key)
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
        return redirect(url_of(draft, _after(step)))
    return _show(request, version, draft, step, form)


def _keep(request: HttpRequest, draft: Deprecation, form: DraftPage) -> bool:
    """Keep what a page says; where it is wrong, the form says why."""
    kept, actor = form.kept(), actor_of(request)
    if isinstance(form, ReplacementForm):
        named = replacement_in(form, actor, like=draft.version.feature.key)
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
        return redirect(url_of(draft, _first_gap(draft.version, Said.of(draft))))
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
    letter = letter_of(draft, affected_by(draft.version, actor)[0])
    return done(request, lambda: try_notice(draft, actor=actor, letter=letter), said, url_of(draft, "notice"))


def _draft(request: HttpRequest, reference: str) -> Deprecation:
    """The draft, of somebody who may go on with it."""
    actor = actor_of(request)
    rows = Deprecation.objects.visible_to(actor).with_version().filter(state=DeprecationState.DRAFT)
    draft = get_object_or_404(rows, pk=public_number(reference, "DEP"))
    allow(actor, "governance.draft_deprecation", draft)
    return draft


def replacement_in(form: forms.Form, actor: User, *, like: str) -> Version | None:
    """The version that the form names as the replacement; its feature's current one when it says no number. What it
    does not name stands at its field, with the key `like` as an example."""
    text = form.cleaned_data["replacement"].strip()
    if not text:
        return None
    found = find_features(actor, text, limit=2)
    if len(found) != 1 or found[0].number is None:
        said = "More than one feature is called so." if len(found) > 1 else "There is no such version."
        form.add_error("replacement", f"{said} Write its whole key, such as {like}@2.")
        return None
    return Version.objects.visible_to(actor).get(feature=found[0].feature, number=found[0].number)


def _show(
    request: HttpRequest, version: Version, draft: Deprecation | None, step: str, form: forms.Form | None
) -> HttpResponse:
    said = Said() if draft is None else Said.of(draft)
    more = BESIDE[step](draft, actor_of(request)) if draft is not None and step in BESIDE else {}
    context = {
        "draft": draft, "step": step, "label": STEPS[step][0], "form": form, "said": said,
        "next": "" if draft is None or step == "notice" else url_of(draft, _after(step)),
        "steps": [] if draft is None else _steps(draft, said, step), **_frame(version), **more,
    }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "governance/announcing/step.html", context, status=status)


def _frame(version: Version) -> dict[str, Any]:
    held = version.feature
    return {"version": version, "feature": held, "crumbs": crumbs_through(held), "today": timezone.now().date()}


def _steps(draft: Deprecation, said: Said, current: str) -> list[dict[str, str]]:
    missing = {ASKED[name] for name in faults_of(draft.version, said) if name in ASKED}
    asked = {
        "why": "kind", "replacement": "instead", "readers": "sunset_on", "timeline": "sunset_on", "notice": "reminders",
    }  # fmt: skip
    return [
        {
            "label": label, "url": url_of(draft, name),
            "state": "current" if name == current
            else "done" if asked.get(name) in draft.draft and name not in missing else "",
        }
        for name, (label, _) in STEPS.items()
    ]  # fmt: skip


def _first_gap(version: Version, said: Said) -> str:
    missing = {ASKED[name] for name in faults_of(version, said) if name in ASKED}
    return next((name for name in STEPS if name in missing), "notice")


def _after(step: str) -> str:
    pages = list(STEPS)
    return pages[min(pages.index(step) + 1, len(pages) - 1)]
