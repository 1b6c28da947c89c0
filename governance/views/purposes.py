"""Purposes: the reasons for which personal data may be used, who uses them, and their end."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.spreadsheets import csv_response
from governance.access_forms import ReasonForm
from governance.actions.purposes import change_purpose, end_purpose, register_purpose
from governance.models import Grant, Purpose
from governance.policy_forms import ChangePurposeForm, NewPurposeForm
from governance.queries.purposes import Used, contracts_with, purposes_used
from governance.views.naming import tabs_of
from registry.actions.action import allow
from registry.refusable import Refusable
from registry.views.actor import actor_of

COLUMNS = (
    "purpose", "description", "legal_basis", "assessment", "assessed_until", "review_on", "ended_at", "contracts",
    "grants",
)  # fmt: skip
SHOWN = 50


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """`/purposes/`; the same rows as a spreadsheet with `?format=csv`."""
    actor = actor_of(request)
    rows = purposes_used(actor)
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, rows), filename="purposes.csv")
    may_register = actor.has_perm("governance.register_purpose", None)
    context = {"rows": rows, "tabs": tabs_of("purposes"), "may_register": may_register}
    return render(request, "governance/purpose/list.html", context)


def _csv_row(used: Used) -> dict[str, Any]:
    one = used.purpose
    return {name: getattr(one, name) for name in COLUMNS[1:7]} | {
        "purpose": one.name, "contracts": used.contracts, "grants": used.grants
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    allow(actor, "governance.register_purpose", None)
    form = NewPurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: register_purpose(None, actor=actor, **form.cleaned_data))
        if made is not None:
            return redirect(made)
    return render(request, "governance/purpose/new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One purpose, who uses it, and for the committee its form. A POST says some of it anew."""
    found, actor = get_object_or_404(Purpose, name=name), actor_of(request)
    if request.method != "POST":
        return _page(request, found)
    allow(actor, "governance.change_purpose", found)
    form = ChangePurposeForm(request.POST)
    if form.is_valid() and form.tried(lambda: change_purpose(found, actor=actor, **form.cleaned_data)) is not None:
        messages.success(request, f"{found} is changed.")
        return redirect(found)
    return _page(request, found, change=form)


def _page(request: HttpRequest, found: Purpose, **tried: Refusable) -> HttpResponse:
    actor = actor_of(request)
    may_change = found.ended_at is None and actor.has_perm("governance.change_purpose", found)
    forms: dict[str, Refusable] = {}
    if may_change:
        forms = {"change": ChangePurposeForm(initial=ChangePurposeForm.of(found)), "end": ReasonForm(auto_id="end_%s")}
    grants = Grant.objects.visible_to(actor).filter(purpose=found).active().with_names().order_by("ends_at", "pk")
    contracts = contracts_with(found, actor)
    context = {
        "purpose": found, "forms": {**forms, **tried}, "shown": SHOWN, "grants": grants[: SHOWN + 1],
        "contracts": contracts[: SHOWN + 1],
    }  # fmt: skip
    return render(request, "governance/purpose/page.html", context, status=422 if tried else 200)


@require_POST
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Nothing may be used for it any more."""
    found, actor = get_object_or_404(Purpose, name=name), actor_of(request)
    allow(actor, "governance.end_purpose", found)
    form = ReasonForm(request.POST, auto_id="end_%s")
    work = lambda: end_purpose(found, actor=actor, reason=form.cleaned_data["reason"])  # noqa: E731
    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, f"{found} has ended. Grants for it give nothing any more.")
        return redirect(found)
    return _page(request, found, end=form)
