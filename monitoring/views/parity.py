"""Comparisons of an old view with a new one: which there were, what one found, and the form that asks for one."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from monitoring.actions.parity import start_parity
from monitoring.actions.running_parity import STEPS
from monitoring.filters import ParityFilter
from monitoring.models import Parity
from monitoring.parity_forms import ParityForm, ParityListForm
from registry.actions.action import allow
from registry.references import public_number
from registry.views.actor import actor_of

PAGE = 50
COLUMNS = (
    "id", "old", "new", "state", "pass_mark", "sampled", "coverage", "equal_share", "nulls_agreeing", "created_at",
    "finished_at", "reason",
)  # fmt: skip
FEATURE_COLUMNS = ("old", "new", "compared", "differing", "absent_old", "absent_new", "equal_share")


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Newest first; as a spreadsheet with `?format=csv`."""
    form = ParityListForm(request.GET)
    seen = Parity.objects.visible_to(actor_of(request)).select_related("old__project", "new__project", "requested_by")
    rows = ParityFilter(QueryDict(urlencode(form.asked(), doseq=True)), seen).qs if form.is_valid() else seen.none()
    if request.GET.get("format") == "csv":
        lines = map(_line, rows.order_by("-pk").iterator(chunk_size=500))
        return csv_response(COLUMNS, lines, filename="parity.csv")
    page = page_of(rows, order=("-id",), after=request.GET.get("after", ""), size=PAGE)
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {"page": page, "form": form, "query": urlencode(asked), "is_narrowed": bool(asked)}
    return render(request, "monitoring/parity/list.html", context)


def _line(one: Parity) -> dict[str, Any]:
    said = {name: getattr(one, name) for name in COLUMNS if name not in {"id", "old", "new"}}
    moments = {name: said[name].isoformat() for name in ("created_at", "finished_at") if said[name]}
    return {"id": one.public_id, "old": one.old.key, "new": one.new.key, **said, **moments}


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponseBase:
    """What one found; while it runs, how far it is. Its features as a spreadsheet with `?format=csv`."""
    seen = Parity.objects.visible_to(actor_of(request)).select_related("old__project", "new__project", "requested_by")
    found = get_object_or_404(seen, pk=_number(reference))
    features = list(found.features.all())
    if request.GET.get("format") == "csv":
        lines = ({name: getattr(one, name) for name in FEATURE_COLUMNS} for one in features)
        return csv_response(FEATURE_COLUMNS, lines, filename=f"{found.public_id}.csv")
    again = urlencode({"old": found.old.key, "new": found.new.key})
    context = {
        "parity": found, "features": features, "steps": STEPS, "again": again,
        "before": seen.filter(old=found.old, new=found.new).exclude(pk=found.pk).order_by("-pk")[:10],
        "may_start": request.user.has_perm("monitoring.start_parity", found),
    }  # fmt: skip
    part = request.headers.get("HX-Request") and "monitoring/parity/found.html"
    return render(request, part or "monitoring/parity/page.html", context)


def _number(reference: str) -> int:
    number = public_number(reference, "PAR")
    if number is None:
        raise Http404("There is no such comparison.")
    return number


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Ask for one: `?old=` and `?new=` fill in the views."""
    actor = actor_of(request)
    given = {name: request.GET[name] for name in ("old", "new", "mapping") if request.GET.get(name)}
    form = ParityForm(request.POST or None, initial={**_usual(), **given})
    if request.method == "POST" and form.is_valid() and (asked := form.described(actor)) is not None:
        allow(actor, "monitoring.start_parity", asked)
        if (held := form.tried(lambda: start_parity(asked, actor=actor))) is not None:
            return redirect(held)
    return render(request, "monitoring/parity/start.html", {"form": form}, status=422 if form.errors else 200)


def _usual() -> dict[str, Any]:
    return {name: field.initial for name, field in ParityForm.base_fields.items() if field.initial is not None}
