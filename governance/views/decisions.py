"""What machines were told: who may what, for which purpose, and why. Beside the audit log of changes."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from governance.filters import EvaluationFilter
from governance.models import Evaluation
from registry.actions.action import allow
from registry.views.actor import actor_of

COLUMNS = (
    "at", "evaluation", "subject", "action", "resource_type", "resource", "purpose", "environment", "decision",
    "reason_code", "grant", "asker", "token", "door", "request_id",
)  # fmt: skip


@require_GET
def decisions(request: HttpRequest) -> HttpResponseBase:
    """Newest first, narrowed by what is asked; the same rows as a spreadsheet with `?format=csv`."""
    actor = actor_of(request)
    allow(actor, "governance.read_audit", None)
    narrowed = EvaluationFilter(request.GET, Evaluation.objects.visible_to(actor))
    form = narrowed.form
    for name in ("since", "until"):
        form.fields[name].widget.input_type = "date"
    rows = (narrowed.qs if form.is_valid() else Evaluation.objects.none()).select_related("asker")
    if request.GET.get("format") == "csv" and form.is_valid():
        return csv_response(COLUMNS, map(_csv_row, rows.iterator(chunk_size=1000)), filename="decisions.csv")
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form, "page": page_of(rows, order=("-at", "-id"), after=request.GET.get("after", "")),
        "query": urlencode(asked), "is_narrowed": bool(asked),
    }  # fmt: skip
    return render(request, "governance/decisions/page.html", context, status=422 if form.errors else 200)


def _csv_row(one: Evaluation) -> dict[str, object]:
    return {
        "at": one.at.isoformat(), "evaluation": one.id, "subject": one.subject, "action": one.action,
        "resource_type": one.resource_type, "resource": one.resource, "purpose": one.purpose,
        "environment": one.environment, "decision": "yes" if one.decision else "no", "reason_code": one.reason_code,
        "grant": one.grant_name, "asker": one.asker.username, "token": one.token,
        "door": one.door, "request_id": one.request_id,
    }  # fmt: skip
