"""Migration boards: which consumers move, and how far one has come."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from monitoring.actions.moves import set_move
from monitoring.moves_told import COLUMNS, told
from monitoring.moving import STAGES, Row, Stage, boards, moving
from registry.actions.action import allow
from registry.choices import ConsumerKind
from registry.models import Actor, Consumer, Version
from registry.queries.named import versions_named
from registry.refusable import Refusable
from registry.views.actor import actor_of

PAGE = 50
LISTED = ("consumer", "team", *(one.value for one in Stage), "red")


class MoveForm(Refusable):
    """What is to be read instead of what."""

    old = forms.CharField(max_length=600, label="What it reads now", help_text="project.view.feature, or with @2")
    new = forms.CharField(max_length=600, label="What replaces it", help_text="project.view.feature, or with @2")
    reason = forms.CharField(max_length=500, required=False, label="Why")

    def versions(self, actor: Actor) -> tuple[Version, Version] | None:
        """Both, or None with the reason at its field."""
        found = {}
        for side in ("old", "new"):
            version = versions_named([self.cleaned_data[side].strip()], actor)[0].version
            if version is None:
                self.add_error(side, "There is no such feature, or not this version of it.")
                return None
            found[side] = version
        return found["old"], found["new"]


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Consumers that move: `?kind=model`, `?of=ours` for one's teams'; as a spreadsheet with `?format=csv`."""
    actor = actor_of(request)
    kind, of = request.GET.get("kind", ""), request.GET.get("of", "")
    found = Consumer.objects.visible_to(actor).filter(moving(actor), gone_at__isnull=True)
    found = found.select_related("team", "project")
    found = found.filter(kind=kind) if kind in ConsumerKind.values else found
    found = found.filter(team__in=actor.team_ids) if of == "ours" else found
    if request.GET.get("format") == "csv":
        rows = list(found.order_by("kind", "name", "pk")[:1_000])
        held = boards(rows, actor)
        return csv_response(LISTED, (_line(one, held[one.pk]) for one in rows), filename="migrations.csv")
    page = page_of(found, order=("kind", "name", "pk"), after=request.GET.get("after", ""), size=PAGE)
    held = boards(page.rows, actor)
    asked = {name: value for name, value in (("kind", kind), ("of", of)) if value}
    context = {
        "page": page, "query": urlencode(asked), "kinds": ConsumerKind.choices, "kind": kind, "of": of,
        "rows": [(one, _counts(held[one.pk])) for one in page.rows if held[one.pk]], "stages": STAGES,
    }  # fmt: skip
    return render(request, "monitoring/migration/list.html", context)


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    counted = Counter(row.stage for row in rows)
    return {one.value: counted[one] for one in Stage} | {"red": sum(row.is_red for row in rows), "all": len(rows)}


def _line(consumer: Consumer, rows: Sequence[Row]) -> dict[str, Any]:
    return {"consumer": str(consumer), "team": consumer.team.slug if consumer.team else ""} | _counts(rows)


@require_GET
def board(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """One consumer's moves; as a spreadsheet with `?format=csv`."""
    consumer = _named(request, kind, name)
    return _page(request, consumer, MoveForm(initial={"old": request.GET.get("old", "")}))


def _page(request: HttpRequest, consumer: Consumer, form: MoveForm) -> HttpResponseBase:
    actor = actor_of(request)
    rows = boards([consumer], actor)[consumer.pk]
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(told, rows), filename=f"{get_valid_filename(consumer.name)}-migration.csv")
    context = {
        "consumer": consumer, "rows": rows, "counts": _counts(rows), "stages": [(one, STAGES[one]) for one in Stage],
        "form": form if actor.has_perm("monitoring.set_move", consumer) else None,
        "query": urlencode({"project": consumer.project.name}) if consumer.project else "",
    }  # fmt: skip
    return render(request, "monitoring/migration/board.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """Say what it is to read instead."""
    consumer, actor = _named(request, kind, name), actor_of(request)
    allow(actor, "monitoring.set_move", consumer)
    form = MoveForm(request.POST)
    if form.is_valid() and (pair := form.versions(actor)) is not None:
        old, new = pair
        done = form.tried(
            lambda: set_move(consumer, actor=actor, old=old, new=new, reason=form.cleaned_data["reason"])
        )  # fmt: skip
        if done is not None:
            messages.success(request, f"{new} is to replace {old}.")
            return redirect(request.get_full_path().replace("/move", "/", 1))
    return _page(request, consumer, form)


def _named(request: HttpRequest, kind: str, name: str) -> Consumer:
    """Of several projects, the one of `?project=`; without it the one of none."""
    found = Consumer.objects.visible_to(actor_of(request)).filter(kind=kind, name=name)
    found = found.select_related("team", "project")
    if project := request.GET.get("project"):
        found = found.filter(project__name=project)
    consumer = min(found, key=lambda one: (one.project_id is not None, one.pk), default=None)
    if consumer is None:
        raise Http404("There is no such consumer.")
    return consumer
