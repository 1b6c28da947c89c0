"""The committee about itself, what waits for it, and the minutes of what it decided."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.spreadsheets import csv_response
from governance.actions.committee import (
    change_committee,
    change_seat,
    declare_conflict,
    name_delegate,
    remove_conflict,
)
from governance.committee_forms import CommitteeForm, ConflictForm, DelegateForm, SeatForm
from governance.models import Conflict
from governance.queries.agenda import agenda
from governance.queries.committee import committee, seated
from governance.queries.minutes import COLUMNS, Period, as_rows, changed, minutes
from governance.queries.recertification import with_counts
from registry.actions.action import allow
from registry.models import User
from registry.refusable import Refusable
from registry.views.actor import actor_of
from registry.views.doing import done

MONTH = timedelta(days=30)


def _tabs(of: str, actor: User) -> list[dict[str, object]]:
    here = reverse("governance:committee")
    places = [("", "Members", here)]
    if actor.sees_everything:
        places += [
            ("agenda", "Agenda", f"{here}?of=agenda"), ("minutes", "Minutes", reverse("governance:minutes")),
            ("conflicts", "Conflicts of interest", f"{here}?of=conflicts"),
        ]  # fmt: skip
    return [{"label": label, "url": url, "current": name == of} for name, label, url in places]


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """`/committee/`: who decides, for how long and in whose place. Everybody reads it; with `?of=agenda` what waits,
    and with `?of=conflicts` whom each does not decide about, for those who see everything. A POST changes what the
    committee says of itself."""
    of, actor = request.GET.get("of", ""), actor_of(request)
    if request.method == "POST":
        return _change(request)
    if of == "agenda" and actor.sees_everything:
        now = timezone.now()
        context = {"agenda": agenda(actor), "tabs": _tabs(of, actor), "today": now.date(), "now": now}
        context["reviews"] = with_counts(actor).running().order_by("due_at", "pk")
        return render(request, "governance/committee/agenda.html", context)
    if of == "conflicts" and actor.sees_everything:
        return _conflicts(request)
    if of:
        raise Http404
    return _members(request)


def _members(request: HttpRequest, **tried: Refusable) -> HttpResponse:
    actor, about = actor_of(request), committee()
    may_change = actor.has_perm("governance.change_committee", None)
    forms: dict[str, Any] = {"change": CommitteeForm(initial=CommitteeForm.of(about))} if may_change else {}
    if actor.has_perm("governance.change_seat", User()):
        forms["seat"] = SeatForm(initial={"starts_on": timezone.now().date()})
    if may_change:
        forms["delegate"] = DelegateForm()
    context = {"committee": about, "members": seated(), "tabs": _tabs("", actor), "forms": {**forms, **tried}}
    return render(request, "governance/committee/page.html", context, status=422 if tried else 200)


def _conflicts(request: HttpRequest, form: ConflictForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    rows = Conflict.objects.select_related("user", "person", "team")
    context = {
        "conflicts": rows, "tabs": _tabs("conflicts", actor), "form": form or ConflictForm(),
        "may_remove": actor.has_perm("governance.remove_conflict", None),
    }  # fmt: skip
    return render(request, "governance/committee/conflicts.html", context, status=422 if form else 200)


def _done(
    request: HttpRequest, form: Refusable, name: str, work: Callable[[], object], said: str
) -> HttpResponse:  # fmt: skip
    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, said)
        return redirect("governance:committee")
    return _members(request, **{name: form})


def _change(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), CommitteeForm(request.POST)
    allow(actor, "governance.change_committee", None)
    work = lambda: change_committee(None, actor=actor, **form.cleaned_data)  # noqa: E731
    return _done(request, form, "change", work, "It holds from now on.")


@require_POST
def seat(request: HttpRequest) -> HttpResponse:
    """For how long somebody is on it."""
    actor, form = actor_of(request), SeatForm(request.POST)
    allow(actor, "governance.change_seat", User())

    def work() -> object:
        said = dict(form.cleaned_data)
        return change_seat(said.pop("user"), actor=actor, **said)

    return _done(request, form, "seat", work, "The seat is changed.")


@require_POST
def delegate(request: HttpRequest) -> HttpResponse:
    """Who votes in one's own place for a while."""
    actor, form = actor_of(request), DelegateForm(request.POST)
    allow(actor, "governance.name_delegate", actor)
    work = lambda: name_delegate(actor, actor=actor, **form.cleaned_data)  # noqa: E731
    return _done(request, form, "delegate", work, "It holds from now on.")


@require_POST
def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody does not decide about a person or a team from now on."""
    actor, form = actor_of(request), ConflictForm(request.POST)
    allow(actor, "governance.declare_conflict", actor)

    def work() -> object:
        said = dict(form.cleaned_data)
        return declare_conflict(said.pop("user") or actor, actor=actor, **said)

    if form.is_valid() and form.tried(work) is not None:
        messages.success(request, "It is kept, and holds from now on.")
        return redirect(_back_from_conflicts(actor))
    return _conflicts(request, form) if actor.sees_everything else _members(request)


@require_POST
def end_conflict(request: HttpRequest, number: int) -> HttpResponse:
    actor = actor_of(request)
    allow(actor, "governance.remove_conflict", None)
    row = get_object_or_404(Conflict, pk=number)
    return done(request, lambda: remove_conflict(row, actor=actor), "It is so no longer.", _back_from_conflicts(actor))


def _back_from_conflicts(actor: User) -> str:
    return reverse("governance:committee") + ("?of=conflicts" if actor.sees_everything else "")


@require_GET
def minutes_page(request: HttpRequest) -> HttpResponseBase:
    """`/committee/minutes/`, of `?since=` to `?until=`, the last 30 days without them; the same as a spreadsheet with
    `?format=csv`."""
    actor, asked = actor_of(request), request.GET
    allow(actor, "governance.read_minutes", None)
    today = timezone.now().date()
    until = _day(asked.get("until", "")) or today
    since = _day(asked.get("since", "")) or until - MONTH
    period = Period(min(since, until), max(since, until))
    if asked.get("format") == "csv":
        return csv_response(COLUMNS, as_rows(actor, period), filename=f"minutes-{period.since}-{period.until}.csv")
    written = minutes(actor, period)
    context = {
        "minutes": written, "tabs": _tabs("minutes", actor), "members": seated(), "today": today,
        "sections": [(title, [(one, changed(one)) for one in rows]) for title, rows in written.sections if rows],
        "is_wrong_day": any(asked.get(name) and not _day(asked[name]) for name in ("since", "until")),
    }  # fmt: skip
    return render(request, "governance/committee/minutes.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
