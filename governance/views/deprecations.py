"""Deprecations: which are on their way, how far one has come, and what its readers answer."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from common.timelines import Bar
from governance.actions.answering import answer_deprecation, ask_extension, decide_extension, waive_reader
from governance.actions.following import remind_readers
from governance.deprecation_forms import ANSWERS, AnswerForm, ListForm
from governance.filters import DeprecationFilter
from governance.models import Deprecation, DeprecationQuerySet, DeprecationState, Extension, Reader
from governance.queries.deprecations import BEFORE, counts_of, reads_by_day
from registry.actions.tokens import LONGEST_DAYS, create_token
from registry.choices import Scope
from registry.models import Feature
from registry.queries.retirement import blockers_of
from registry.references import public_number
from registry.views.actor import actor_of
from registry.views.doing import done

COLUMNS = (
    "deprecation", "version", "state", "kind", "reason", "announced_on", "sunset_on", "replacement", "readers", "left",
)  # fmt: skip
ENDED = (DeprecationState.RETIRED, DeprecationState.WITHDRAWN)


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Those on their way, with `?of=ours` those of the reader's teams, with `?of=ended` those that are over; the same
    rows as a spreadsheet with `?format=csv`."""
    actor, of = actor_of(request), request.GET.get("of", "")
    seen = Deprecation.objects.visible_to(actor)
    form = ListForm(request.GET, seen=seen)
    found = _narrowed(seen.concerning(actor) if of == "ours" else seen, of, form).with_version()
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, found.iterator(chunk_size=500)), filename="deprecations.csv")
    page = page_of(found, order=("-id",), after=request.GET.get("after", ""))
    bars = [
        Bar(str(one.version), one.announced_at.date(), one.version.sunset_on)
        for one in page.rows
        if one.announced_at and one.version.sunset_on and of != "ended"
    ]
    asked = {name: request.GET[name] for name in ("of", *form.fields) if request.GET.get(name)}
    context = {
        "page": page, "rows": [(one, *counts_of(one)) for one in page.rows], "bars": bars, "of": of, "form": form,
        "query": urlencode(asked), "is_narrowed": bool(asked.keys() - {"of"}), "today": timezone.now().date(),
        "is_ongoing": not of, "is_ours": of == "ours", "is_ended": of == "ended",
        "drafts": seen.concerning(actor).with_version().filter(state=DeprecationState.DRAFT) if of != "ended" else (),
    }  # fmt: skip
    return render(request, "governance/deprecation/list.html", context)


def _narrowed(rows: DeprecationQuerySet, of: str, form: ListForm) -> DeprecationQuerySet:
    rows = rows.filter(state__in=ENDED if of == "ended" else [DeprecationState.ANNOUNCED])
    if not form.is_valid():
        return rows.none()
    return DeprecationFilter(QueryDict(urlencode(form.asked(), doseq=True)), rows).qs


def _csv_row(one: Deprecation) -> dict[str, Any]:
    known, left = counts_of(one)
    return {
        "deprecation": str(one), "version": str(one.version), "state": one.state, "kind": one.version.ending_kind,
        "reason": one.version.state_reason, "announced_on": one.announced_at and one.announced_at.date(),
        "sunset_on": one.version.sunset_on, "replacement": str(one.version.replacement or ""), "readers": known,
        "left": left,
    }  # fmt: skip


@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Make the address of a calendar. It is shown this once."""
    actor = actor_of(request)
    _, secret = create_token(
        actor, actor=actor, name="Calendar of deprecations", scopes=[Scope.CALENDAR_READ], days=LONGEST_DAYS
    )
    of = {"of": "all"} if request.POST.get("of") == "all" else {}
    path = f"{reverse('api:deprecations-calendar')}?{urlencode(of | {'token': secret})}"
    response = render(request, "governance/deprecation/calendar.html", {"address": settings.CHARTER_BASE_URL + path})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """How far it has come. A POST is the answer of one `reader`. A draft is gone on with on its own pages."""
    if request.method == "GET" and (draft := _draft(request, reference)) is not None:
        return redirect(f"{draft.version.feature.get_absolute_url()}deprecate/?v={draft.version.number}")
    found = _find(request, reference)
    asked = {name: request.GET[name] for name in ("answer",) if request.GET.get("answer") in dict(ANSWERS)}
    form = AnswerForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        reader = get_object_or_404(_readers(request, found), pk=public_number(request.POST.get("reader", ""), "R"))
        if form.tried(lambda: _answer(request, reader, form)) is not None:
            messages.success(request, f"The owner is told what {reader.consumer} answers.")
            return redirect(found)
    context = _context(request, found, form)
    return render(request, "governance/deprecation/page.html", context, status=422 if form.errors else 200)


def _answer(request: HttpRequest, reader: Reader, form: forms.Form) -> object:
    said, actor = form.cleaned_data, actor_of(request)
    if said["answer"] == "more-time":
        return ask_extension(reader, actor=actor, until=said["until"], reason=said["about"])
    return answer_deprecation(reader, actor=actor, answer=said["answer"], about=said["about"])


@require_POST
def decide(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Grant more time, or refuse it."""
    found = _find(request, reference)
    asked = get_object_or_404(Extension.objects.filter(reader__in=_readers(request, found)), pk=number)
    is_granted, answer = request.POST.get("decision") == "grant", request.POST.get("answer", "")
    said = "The last day is moved." if is_granted else "The reader is told why not."
    return done(
        request,
        lambda: decide_extension(asked, actor=actor_of(request), is_granted=is_granted, answer=answer),
        said, found.get_absolute_url(),
    )  # fmt: skip


@require_POST
def waive(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """The committee does not wait for a reader any longer."""
    found = _find(request, reference)
    reader = get_object_or_404(_readers(request, found), pk=number)
    reason = request.POST.get("reason", "")
    said = f"{reader.consumer} is not waited for."
    return done(
        request, lambda: waive_reader(reader, actor=actor_of(request), reason=reason), said, found.get_absolute_url()
    )


@require_POST
def remind(request: HttpRequest, reference: str) -> HttpResponse:
    """Remind every team that has not moved."""
    found = _find(request, reference)
    said = "They are reminded."
    return done(request, lambda: remind_readers(found, actor=actor_of(request)), said, found.get_absolute_url())


def _find(request: HttpRequest, reference: str) -> Deprecation:
    rows = Deprecation.objects.visible_to(actor_of(request)).with_version().exclude(state=DeprecationState.DRAFT)
    return get_object_or_404(rows, pk=public_number(reference, "DEP"))


def _draft(request: HttpRequest, reference: str) -> Deprecation | None:
    rows = Deprecation.objects.visible_to(actor_of(request)).filter(state=DeprecationState.DRAFT)
    return rows.select_related("version__feature").filter(pk=public_number(reference, "DEP") or 0).first()


def _readers(request: HttpRequest, found: Deprecation) -> Any:
    held = found.readers.visible_to(actor_of(request))
    return held.select_related("consumer__team", "deprecation__version__feature__view__project", "answered_by")


def _context(request: HttpRequest, found: Deprecation, form: forms.Form) -> dict[str, Any]:
    actor, version, today = actor_of(request), found.version, timezone.now().date()
    is_open = found.state == DeprecationState.ANNOUNCED
    readers = list(_readers(request, found))
    known, remaining = counts_of(found)
    first = (found.announced_at or found.created_at).date() - BEFORE
    last = max(today, version.sunset_on or today)
    asked = Extension.objects.filter(reader__in=readers).select_related("reader__consumer", "asked_by", "decided_by")
    return {
        "deprecation": found, "version": version, "form": form, "is_open": is_open, "today": today,
        "sees_version": Feature.objects.visible_to(actor).filter(pk=version.feature_id).exists(),
        "rows": [(one, is_open and one.state != "waived" and actor.has_perm("governance.waive_reader", one))
                 for one in readers],
        "mine": [one for one in readers if is_open and actor.has_perm("governance.answer_deprecation", one)],
        "hidden": known - len(readers), "known": known, "moved": known - remaining,
        "extensions": [(one, one.state == "open" and actor.has_perm("governance.decide_extension", one))
                       for one in asked],
        "reads": reads_by_day(found, actor, first=first), "first": first, "last": last,
        "ends": {"today": today} | ({"last day": version.sunset_on} if version.sunset_on else {}),
        "blockers": blockers_of(version, actor) if is_open else [],
        "may_remind": is_open and remaining and actor.has_perm("governance.remind_readers", found),
        "may_move": is_open and actor.has_perm("registry.deprecate_version", version),
    }  # fmt: skip
