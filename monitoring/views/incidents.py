"""Incidents: which there are, what one is about, and what people do about it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.markdown import render as render_markdown
from common.spreadsheets import csv_response
from monitoring.actions.incidents import (
    acknowledge_incident,
    annotate_incident,
    mute_incident,
    reassign_incident,
    resolve_incident,
)
from monitoring.board import cells, days_until, worst_of_days
from monitoring.filters import IncidentFilter
from monitoring.incident_forms import ListForm, MuteForm, NoteForm, ReassignForm, RunbookForm, forms_of
from monitoring.kinds import KINDS
from monitoring.letters import runbook_of
from monitoring.models import Incident, IncidentQuerySet, IncidentState
from monitoring.reading import HitView, hit_views, readers_of, with_counts
from registry.actions.action import allow
from registry.references import public_number
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done

COLUMNS = (
    "incident", "state", "title", "cause_kind", "cause", "kind", "owner", "views_hit", "opened_at", "acknowledged_at",
    "resolved_at",
)  # fmt: skip
TABS = (("", "Ongoing"), ("ours", "Ours"), ("over", "Over"))
PAGE, STRIP, DRAWN = 50, 30, 8


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Those that go on, with `?of=ours` those of the reader's teams, with `?of=over` those that are over; as a
    spreadsheet with `?format=csv`, on a wall with `?kiosk=1`."""
    actor, of = actor_of(request), request.GET.get("of", "")
    form = ListForm(request.GET)
    found = with_counts(_narrowed(request, Incident.objects.visible_to(actor), of, form), actor)
    if request.GET.get("format") == "csv":
        rows = found.order_by("-pk").iterator(chunk_size=500)
        return csv_response(COLUMNS, map(_csv_row, rows), filename="incidents.csv")
    page = page_of(found, order=("-id",), after=request.GET.get("after", ""), size=PAGE)
    asked = {name: request.GET[name] for name in ("of", "kiosk", *form.fields) if request.GET.get(name)}
    context = {
        "page": page, "form": form, "of": of, "query": urlencode(asked), "is_kiosk": request.GET.get("kiosk") == "1",
        "is_narrowed": bool(asked.keys() - {"of", "kiosk"}),
        "tabs": [(label, f"?of={name}" if name else "?", name == of) for name, label in TABS],
    }  # fmt: skip
    return render(request, "monitoring/incident/list.html", context)


def _narrowed(request: HttpRequest, rows: IncidentQuerySet, of: str, form: ListForm) -> IncidentQuerySet:
    rows = rows.filter(state=IncidentState.RESOLVED) if of == "over" else rows.ongoing()
    rows = rows.concerning(actor_of(request)) if of == "ours" else rows
    if not form.is_valid():
        return rows.none()
    return IncidentFilter(QueryDict(urlencode(form.asked(), doseq=True)), rows, request=request).qs


def _csv_row(one: Any) -> dict[str, Any]:
    return {
        "incident": str(one), "state": one.state, "title": one.title, "cause_kind": one.cause_kind,
        "cause": one.cause_name, "kind": one.kind, "owner": one.owner.slug if one.owner else "",
        "views_hit": one.hit_count or 0, "opened_at": one.opened_at, "acknowledged_at": one.acknowledged_at,
        "resolved_at": one.resolved_at,
    }  # fmt: skip


@require_GET
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """What broke, what it hits, what happened since, and what can be done."""
    return _page(request, _find(request, reference))


def _page(request: HttpRequest, found: Incident, **tried: Refusable) -> HttpResponse:
    actor = actor_of(request)
    hit, more = hit_views(found, actor)
    context = {
        "incident": found, "hit": hit, "more": more, "kind": KINDS[found.kind], "readers": readers_of(found, actor),
        "way": _way(found), "days": (days := days_until(timezone.now().date(), STRIP)), "strip": _strip(hit, days),
        "events": found.events.visible_to(actor).select_related("actor").order_by("-pk"),
        "runbook": runbook_of(found), "note": render_markdown(found.note) if found.note else "",
        "may_act": actor.has_perm("monitoring.acknowledge_incident", found), "forms": forms_of(found) | tried,
        "is_kiosk": request.GET.get("kiosk") == "1",
    }  # fmt: skip
    return render(request, "monitoring/incident/page.html", context, status=422 if tried else 200)


def _way(incident: Incident) -> list[dict[str, str]]:
    """From the cause down to what it hits, as <c-steps> reads it."""
    return [
        {"label": step["label"] or "something that not everybody may see", "url": step["url"], "note": step["kind"],
         "state": "failed" if step["is_broken"] else ""}
        for step in reversed(incident.way)
    ]  # fmt: skip


def _strip(hit: list[HitView], days: list[Any]) -> list[tuple[Any, list[Any]]]:
    """The last days of the first views that are over a limit."""
    drawn = [one.view for one in hit if one.breaches][:DRAWN]
    of = "nulls" if hit and {one.kind for one in hit[0].breaches} == {"nulls"} else "freshness"
    worst = worst_of_days(drawn, of, days) if drawn else {}
    return [(view, cells(view, of, days, worst)) for view in drawn]


@require_POST
def acknowledge(request: HttpRequest, reference: str) -> HttpResponse:
    found, actor = _find(request, reference), actor_of(request)
    work = lambda: acknowledge_incident(found, actor=actor)  # noqa: E731
    return done(request, work, "It is yours. Its other owners are told.", found.get_absolute_url())


@require_POST
def resolve(request: HttpRequest, reference: str) -> HttpResponse:
    found, actor = _find(request, reference), actor_of(request)
    work = lambda: resolve_incident(found, actor=actor, reason=request.POST.get("reason", ""))  # noqa: E731
    return done(request, work, "It is over. Whoever was told of it is told so.", found.get_absolute_url())


@require_POST
def mute(request: HttpRequest, reference: str) -> HttpResponse:
    found, form = _may(request, reference, "mute_incident"), MuteForm(request.POST)
    work = lambda: mute_incident(found, actor=actor_of(request), until=form.until())  # noqa: E731
    said = "Whoever is hit is told again." if request.POST.get("hours") == "0" else "Muted, but for its end."
    return _filled(request, found, form, work, "mute", said)


@require_POST
def reassign(request: HttpRequest, reference: str) -> HttpResponse:
    found, form = _may(request, reference, "reassign_incident"), ReassignForm(request.POST)
    work = lambda: reassign_incident(found, actor=actor_of(request), **form.cleaned_data)  # noqa: E731
    return _filled(request, found, form, work, "reassign", "That team is told.")


@require_POST
def note(request: HttpRequest, reference: str) -> HttpResponse:
    found, form = _may(request, reference, "annotate_incident"), NoteForm(request.POST)
    work = lambda: annotate_incident(found, actor=actor_of(request), text=form.cleaned_data["text"])  # noqa: E731
    return _filled(request, found, form, work, "note", "The note is kept.")


@require_POST
def runbook(request: HttpRequest, reference: str) -> HttpResponse:
    found, form = _may(request, reference, "annotate_incident"), RunbookForm(request.POST)
    work = lambda: annotate_incident(found, actor=actor_of(request), **form.cleaned_data)  # noqa: E731
    return _filled(request, found, form, work, "runbook", "The runbook is kept.")


def _filled(
    request: HttpRequest, found: Incident, form: Refusable, work: Callable[[], object], name: str, said: str
) -> HttpResponse:
    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, said)
        return redirect(found)
    return _page(request, found, **{name: form})


def _may(request: HttpRequest, reference: str, verb: str) -> Incident:
    """The incident, for who may do that to it."""
    found = _find(request, reference)
    allow(actor_of(request), f"monitoring.{verb}", found)
    return found


def _find(request: HttpRequest, reference: str) -> Incident:
    rows = Incident.objects.visible_to(actor_of(request)).select_related("owner", "acknowledged_by", "resolved_by")
    return get_object_or_404(rows, pk=public_number(reference, "INC"))
