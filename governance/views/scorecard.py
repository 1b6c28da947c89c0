"""The scorecard: its checks, one check with its evidence, and statements about it."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.actions.attesting import attest_check, withdraw_attestation
from governance.models import Attestation, CheckState
from governance.queries.scorecard import Wanted, scope_of
from governance.scorecard.catalogue import BY_SLUG, Check, Theme
from governance.scorecard.failing import lines, listed, order_of
from governance.scorecard.figures import figures
from governance.scorecard.history import past_of
from governance.scorecard.reading import Result, chosen_part, results_of, scorecard
from governance.scorecard.scope import Scope
from governance.scorecard_forms import AttestForm
from registry.actions.action import allow
from registry.models import Project
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.doing import done
from registry.views.feature_views import find

COLUMNS = (
    "number",
    "check",
    "title",
    "theme",
    "state",
    "met",
    "of",
    "evidence",
    "read_at",
    "next_step",
    "attested_until",
)
FAILING = ("kind", "key", "owner")


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """All checks, of the platform, a `?project=` or a `?view=`; with `?state=` and `?theme=` some of them."""
    scope, wanted = _scope(request), Wanted.of(request.GET)
    found = scorecard(scope)
    shown = wanted.among(found)
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, shown), filename="scorecard.csv")
    said = scope.parameters | {name: value for name, value in vars_of(wanted).items() if value}
    query = f"?{urlencode(said)}" if said else ""
    context = {
        "scope": scope, "found": found, "wanted": wanted, "figures": figures(scope), "query": _query(scope),
        "themes": _by_theme(shown, scope), "left_out": len(found.results) - len(shown),
        "states": CheckState.choices, "all_themes": Theme.choices,
        "projects": Project.objects.visible_to(actor_of(request)).order_by("name").values_list("name", flat=True),
        "csv": f"?{urlencode(said | {'format': 'csv'})}", "api": f"{reverse('api:scorecard')}{query}",
    }  # fmt: skip
    return render(request, "governance/scorecard/page.html", context)


def vars_of(wanted: Wanted) -> dict[str, str]:
    return {"state": wanted.state, "theme": wanted.theme}


def _by_theme(shown: Iterable[Result], scope: Scope) -> list[tuple[str, list[tuple[Result, Any]]]]:
    """(theme, [(result, its past)]), in the order of the themes."""
    past, order = past_of(scope), list(Theme)
    ordered = sorted(shown, key=lambda one: (order.index(one.check.theme), one.check.number))
    grouped = groupby(ordered, key=lambda one: one.check.theme.label)
    return [(theme, [(one, past.get(one.check.slug)) for one in held]) for theme, held in grouped]


def _csv_row(one: Result) -> dict[str, Any]:
    met, of = one.counted or (None, None)
    return {
        "number": one.check.number, "check": one.check.slug, "title": one.check.title, "theme": one.check.theme.value,
        "state": one.state.value, "met": met, "of": of, "evidence": " ".join(part.said for part in one.parts),
        "read_at": one.read_at and one.read_at.isoformat(), "next_step": one.step.said if one.step else "",
        "attested_until": one.attestation and one.attestation.valid_until.isoformat(),
    }  # fmt: skip


@require_GET
def check(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One check: its evidence, the objects that fail, how it stood, what was stated. `?part=` chooses whose objects."""
    return _check_page(request, _find(slug))


def _check_page(request: HttpRequest, asked: Check, form: AttestForm | None = None) -> HttpResponseBase:
    actor, scope = actor_of(request), _scope(request)
    if scope.kind not in asked.scopes:
        raise Http404("This is asked of the platform as a whole.")
    (result,) = results_of(scope, [asked])
    at = chosen_part(result.parts, request.GET.get("part", ""))
    rows = listed(result.parts[at].rows, scope) if at is not None else None  # type: ignore[arg-type]  # those have rows
    if request.GET.get("format") == "csv" and rows is not None:
        failing = ({name: getattr(line, name) for name in FAILING} for line in lines(rows.order_by(*order_of(rows))))
        return csv_response(FAILING, failing, filename=f"{asked.slug}.csv")
    shown = page_of(rows, order=order_of(rows), after=request.GET.get("after", "")) if rows is not None else None
    may_attest = bool(asked.most_days) and actor.has_perm("governance.attest_check", None)
    here = scope.parameters | ({"part": str(at)} if at is not None else {})
    context = {
        "check": asked, "result": result, "scope": scope, "query": _query(scope), "part": at,
        "chosen": result.parts[at] if at is not None else None,
        "lines": list(lines(shown.rows)) if shown else [], "after": shown.after if shown else "",
        "here": urlencode(here), "past": past_of(scope).get(asked.slug),
        "attestations": Attestation.objects.filter(check_slug=asked.slug).select_related("made_by", "withdrawn_by"),
        "may_attest": may_attest, "form": (form or AttestForm(most_days=asked.most_days)) if may_attest else None,
        "api": f"{reverse('api:scorecard-check', args=[asked.slug])}{_query(scope)}",
    }  # fmt: skip
    return render(request, "governance/scorecard/check.html", context, status=422 if form and form.errors else 200)


@require_POST
def attest(request: HttpRequest, slug: str) -> HttpResponseBase:
    """State that it is met until a day."""
    asked, actor = _find(slug), actor_of(request)
    allow(actor, "governance.attest_check", None)
    form = AttestForm(request.POST, most_days=asked.most_days)
    if form.is_valid():
        made = form.tried(lambda: attest_check(None, actor=actor, check=asked.slug, **form.cleaned_data))
        if made is not None:
            messages.success(request, f"{made} stands until {made.valid_until:%-d %b %Y}.")
            return redirect(made)
    return _check_page(request, asked, form)


@require_POST
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """It does not hold any longer."""
    held = get_object_or_404(Attestation, pk=public_number(reference, "AT"))
    reason = request.POST.get("reason", "")
    work = lambda: withdraw_attestation(held, actor=actor_of(request), reason=reason)  # noqa: E731
    return done(request, work, f"{held} is taken back.", held.get_absolute_url())


@require_GET
def of_view(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """What can be asked of one view, for its page."""
    scope = Scope(actor_of(request), view=find(request, project, view))
    context = {"found": scorecard(scope), "query": _query(scope), "scope": scope}
    return render(request, "governance/scorecard/panel.html", context)


def _scope(request: HttpRequest) -> Scope:
    scope = scope_of(actor_of(request), request.GET)
    if scope is None:
        raise Http404("There is no such project or feature view.")
    return scope


def _query(scope: Scope) -> str:
    return f"?{urlencode(scope.parameters)}" if scope.parameters else ""


def _find(slug: str) -> Check:
    if slug not in BY_SLUG:
        raise Http404("There is no such check.")
    return BY_SLUG[slug]
