"""Drafts: a new feature or a new version, asked for one page at a time and kept at each."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from charter.terms import MEASURED
from registry import contracts
from registry.actions.action import allow
from registry.actions.edits import edit_draft, edit_feature
from registry.actions.versions import discard_draft, draft_version, gaps_of, publish_version
from registry.choices import VersionState
from registry.draft_forms import STEPS, DraftForm, MeaningForm, PrivacyForm
from registry.guesses import guess
from registry.models import DefaultPolicy, Feature, Version
from registry.queries.alike import alike, facts_of
from registry.revisions import revision
from registry.views.actor import actor_of
from registry.views.feature_frame import crumbs_through, find

CHECK = "check"
# Which page asks for what.
_ASKED = {term: step for step, (_, form) in STEPS.items() for term in form.terms_asked} | {"description": "meaning"}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is still missing, and the page that asks for it."""

    text: str
    url: str


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, project: str, view: str, feature: str, step: str) -> HttpResponse:
    """One page of a draft."""
    if step not in STEPS:
        raise Http404
    version = _draft(request, project, view, feature)
    kind = STEPS[step][1]
    read = revision(version.feature if kind is MeaningForm else version)
    form = kind(request.POST or None, version=version, read=read)
    if request.method == "POST" and form.is_valid():
        form.tried(lambda: _save(request, form))
        if not form.errors:
            return redirect(_url(version.feature, _after(step)))
    guessed = guess(version.feature.name, version.feature.description) if kind is PrivacyForm else None
    context = {"form": form, "label": STEPS[step][0], "step": step, "guess": guessed, **_around(version, step)}
    return render(request, "registry/draft/step.html", context, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: DraftForm) -> None:
    actor, version, expected = actor_of(request), form.version, form.cleaned_data["read"]
    if isinstance(form, MeaningForm):
        description, tags = form.cleaned_data["description"], form.said_tags()
        edit_feature(version.feature, actor=actor, expected=expected, description=description, tags=tags or None)
        return
    about = form.cleaned_data.get("about")
    edit_draft(version, actor=actor, expected=expected, terms=form.terms(), about=about)


@require_GET
def check(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """The draft as a whole: what it says, what is new, what is missing."""
    version = _draft(request, project, view, feature)
    held = version.feature
    said = contracts.describe(version, hide_values=False)
    current = held.versions.filter(number=held.number).exclude(pk=version.pk).first()
    hide = current is not None and (contracts.is_personal(held, current) or contracts.is_personal(held, version))
    context = {
        "said": [(name, text) for name, text in said.items() if text and name != "State"],
        "current": current,
        "is_measured": version.default_policy in MEASURED,
        "changes": _changes(current, version, hide_values=hide) if current else [],
        "alike": [one for one in alike(actor_of(request), facts_of(held), but=held.pk) if one.likeness.is_likely],
        "gaps": [Gap(text, _url(held, _ASKED.get(term, CHECK))) for term, text in gaps_of(version).items()],
        **_around(version, CHECK),
    }
    return render(request, "registry/draft/check.html", context)


def _changes(old: Version, new: Version, *, hide_values: bool) -> list[contracts.Change]:
    both = (contracts.describe(one, hide_values=hide_values) for one in (old, new))
    return [change for change in contracts.differences(*both) if change.field != "State"]


@require_POST
def begin(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Draft a new version, based on the one named, and go to its first page."""
    held = find(request, project, view, feature)
    allow(actor_of(request), "registry.draft_version", held)
    number = request.POST.get("based_on", "")
    based_on = int(number) if number.isdecimal() and len(number) < 10 else None
    try:
        version = draft_version(
            held, actor=actor_of(request), terms={}, based_on=based_on, about=request.POST.get("about", "")[:2_000]
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("registry:feature-versions", project, view, feature)
    return redirect(_url(version.feature, CHECK if request.POST.get("about") else "type"))


@require_POST
def publish(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Make the draft active, and show the feature."""
    version = _draft(request, project, view, feature)
    try:
        made = publish_version(version, actor=actor_of(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(_url(version.feature, CHECK))
    messages.success(request, f"v{made.number} is published. Everybody finds it now.")
    return redirect(version.feature)


@require_POST
def discard(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Take the draft away."""
    version = _draft(request, project, view, feature)
    parent, is_only = version.feature.view, version.feature.versions.count() == 1
    discard_draft(version, actor=actor_of(request))
    messages.success(request, f"The draft v{version.number} of {version.feature.name} is gone.")
    return redirect(parent if is_only else version.feature)


def _draft(request: HttpRequest, project: str, view: str, feature: str) -> Version:
    """The draft of the feature at this address, or 404; 403 for those who may see it and not change it."""
    held = find(request, project, view, feature)
    version = Version.objects.visible_to(actor_of(request)).filter(feature=held, state=VersionState.DRAFT).first()
    if version is None:
        raise Http404(f"{held.key} has no draft.")
    version.feature = held
    allow(actor_of(request), "registry.change_draft", version)
    return version


def _around(version: Version, current: str) -> dict[str, Any]:
    """What every page of a draft has beside its question."""
    pages = [*((name, label) for name, (label, _) in STEPS.items()), (CHECK, "Check and publish")]
    held, missing = version.feature, {_ASKED.get(term) for term in gaps_of(version)}
    return {
        "version": version,
        "feature": held,
        "steps": [
            {"label": label, "url": _url(held, name), "state": _standing(version, name, current, missing)}
            for name, label in pages
        ],
        "crumbs": crumbs_through(held),
    }


def _standing(version: Version, name: str, current: str, missing: set[str | None]) -> str:
    """What is said of a page in the list of pages: done when it says something and misses nothing."""
    if name == current:
        return "current"
    if name == CHECK or name in missing:
        return ""
    shown = STEPS[name][1].shown(version)
    return "done" if any(value not in ("", None, DefaultPolicy.NONE) for value in shown.values()) else ""


def _after(step: str) -> str:
    pages = [*STEPS, CHECK]
    return pages[pages.index(step) + 1]


def _url(feature: Feature, step: str) -> str:
    route = "registry:draft-check" if step == CHECK else "registry:draft-step"
    address = [feature.project.name, feature.view.name, feature.name]
    return reverse(route, args=address if step == CHECK else [*address, step])
