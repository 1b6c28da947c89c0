"""The audit log: who changed what, when and why."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from governance.audit_export import FORMS, export_response
from governance.chain_tiles import chain_tiles
from governance.filters import AuditFilter
from governance.queries.audit import changes_of, visible_audit, with_personal
from registry.actions.action import allow
from registry.chain.state import chain_state
from registry.models import AuditEntry, User


@require_GET
def audit(request: HttpRequest) -> HttpResponseBase:
    """Newest first, narrowed by what is asked; the same rows as a file with `?format=csv` or `jsonl`."""
    actor: User = request.user  # type: ignore[assignment]  # login is required
    allow(actor, "governance.read_audit", None)
    narrowed = AuditFilter(request.GET, visible_audit(actor))
    form = _with_calendars(narrowed.form)
    entries = narrowed.qs if form.is_valid() else AuditEntry.objects.none()
    if form.is_valid() and (wanted := request.GET.get("format")) in FORMS:
        return export_response(entries, wanted)
    page = page_of(with_personal(entries), order=("-id",), after=request.GET.get("after", ""))
    chain = chain_state()
    asked = {name: request.GET[name] for name in form.fields if request.GET.get(name)}
    context = {
        "form": form,
        "rows": [(entry, list(_changes(entry))) for entry in page.rows],
        "query": urlencode(asked),
        "after": page.after,
        "is_narrowed": bool(asked),
        "chain": chain,
        "tiles": chain_tiles(chain),
    }
    return render(request, "governance/audit/page.html", context, status=422 if form.errors else 200)


def _with_calendars(form: forms.Form) -> forms.Form:
    for name in ("since", "until"):
        form.fields[name].widget.input_type = "date"  # type: ignore[attr-defined]
    return form


def _changes(entry: AuditEntry) -> Iterable[dict[str, Any]]:
    """For <c-diff>: {field, old, new}, as text."""
    for name, pair in changes_of(entry).items():
        old, new = pair if len(pair) == 2 else ("", pair[0])
        yield {"field": name.replace("_", " "), "old": _text(old), "new": _text(new)}


def _text(value: Any) -> str:
    """A stored JSON value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_text(part)}" for name, part in value.items())
    return str(value)
