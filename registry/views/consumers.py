"""Consumers: what one reads, in which version, since when; and the forms that declare it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.actions.action import allow
from registry.actions.consumers import change_tier, declare_consumer, declare_reads
from registry.choices import ConsumerKind, Evidence, Tier
from registry.consumer_forms import NewConsumerForm, ReadsForm
from registry.models import Consumer, Team, User
from registry.queries.projects import reads_of
from registry.queries.readers import consumers_with_counts
from registry.views.actor import actor_of
from registry.views.doing import done

COLUMNS = ("key", "number", "evidence", "created_at", "last_seen_at", "gone_at")
LISTED = ("kind", "name", "team__slug", "environment", "reads_count", "seen_by")


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Who reads features: `?kind=model` for one kind, `?of=ours` for one's teams', `?of=undeclared` for those that were
    seen reading and that nobody answers for."""
    actor, of, kind = actor_of(request), request.GET.get("of", ""), request.GET.get("kind", "")
    found = consumers_with_counts(actor)
    if kind in ConsumerKind.values:
        found = found.filter(kind=kind)
    if of == "ours":
        found = found.filter(team__in=actor.team_ids)
    elif of == "undeclared":
        found = found.filter(team=None, connection=None).exclude(seen_by="")
    if request.GET.get("format") == "csv":
        return csv_response(LISTED, found.order_by("kind", "name", "pk").values(*LISTED), filename="consumers.csv")
    asked = {name: value for name, value in (("of", of), ("kind", kind)) if value}
    context = {
        "page": page_of(found, order=("kind", "name", "pk"), after=request.GET.get("after", "")),
        "kinds": ConsumerKind.choices, "kind": kind, "of": of, "query": urlencode(asked),
        "tabs": [
            {"label": label, "url": f"?{urlencode({'of': name})}" if name else "?", "current": name == of}
            for name, label in (("", "All"), ("ours", "Ours"), ("undeclared", "Undeclared"))
        ],
        "may_declare": actor.has_perm("registry.declare_consumer", None),
    }  # fmt: skip
    return render(request, "registry/consumer/list.html", context)


@require_GET
def page(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """`?project=` says which one, where several projects have a consumer of this name."""
    found = _named(request, kind, name)
    if len(found) > 1:
        return render(request, "registry/consumer/choose.html", {"name": name, "consumers": found})
    reads = reads_of(found[0].pk, actor_of(request))
    if request.GET.get("format") == "csv":
        filename = f"{get_valid_filename(name)}-reads.csv"
        return csv_response(
            COLUMNS, reads.order_by("feature__key", "pk").values(*COLUMNS).iterator(), filename=filename
        )
    context = {
        "consumer": found[0],
        "page": page_of(reads, order=("key", "pk"), after=request.GET.get("after", "")),
        "counted": reads.filter(gone_at__isnull=True).count(),
        "may_declare": found[0].connection_id is None
        and actor_of(request).has_perm("registry.declare_reads", found[0]),
        "may_change": actor_of(request).has_perm("registry.change_consumer", found[0]),
        "tiers": Tier.choices,
    }
    return render(request, "registry/consumer/page.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """Declare a consumer; `?kind=` and `?name=` fill in one that was seen reading."""
    actor = actor_of(request)
    allow(actor, "registry.declare_consumer", None)
    teams = Team.objects.all() if actor.is_admin else Team.objects.of(actor)
    initial = {name: request.GET[name] for name in ("kind", "name", "features") if name in request.GET}
    form = NewConsumerForm(request.POST or None, actor=actor, teams=teams.order_by("slug"), initial=initial)
    if request.method == "POST" and form.is_valid():
        made = form.tried(lambda: _declared(form, actor))
        if made is not None:
            messages.success(request, f"{made} is declared, with {len(form.reads)} features.")
            return redirect(made)
    return render(request, "registry/consumer/new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def tier(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Say how bad it is when what it reads is wrong; empty: nobody says."""
    actor, found = actor_of(request), _named(request, kind, name)[0]
    said = request.POST.get("tier", "")
    chosen = int(said) if said.isascii() and said.isdecimal() and len(said) < 3 else None
    there = found.get_absolute_url()
    return done(request, lambda: change_tier(found, actor=actor, tier=chosen), "Its tier is kept.", there)


@require_http_methods(["GET", "POST"])
def declare(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """Say what a consumer reads."""
    actor, found = actor_of(request), _named(request, kind, name)
    if len(found) > 1:
        return render(request, "registry/consumer/choose.html", {"name": name, "consumers": found})
    consumer = found[0]
    allow(actor, "registry.declare_reads", consumer)
    held = reads_of(consumer.pk, actor).filter(gone_at__isnull=True, evidence=Evidence.DECLARED)
    rows = held.order_by("feature__key", "number").values_list("feature__key", "number")
    lines = [key if number is None else f"{key}@{number}" for key, number in rows]
    form = ReadsForm(request.POST or None, actor=actor, initial={"features": "\n".join(lines)})
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and form.tried(lambda: _read(form, consumer, actor)) is not None:
        messages.success(request, f"{consumer} reads {len(form.reads)} features.")
        return redirect(consumer)
    context = {"form": form, "consumer": consumer}
    return render(request, "registry/consumer/declare.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _declared(form: NewConsumerForm, actor: User) -> Consumer:
    """The consumer and what it reads: both or none."""
    made = declare_consumer(form.cleaned_data["team"], actor=actor, **form.facts())
    return _read(form, made, actor)


def _read(form: ReadsForm, consumer: Consumer, actor: User) -> Consumer:
    return declare_reads(consumer, actor=actor, reads=form.reads, reason=form.cleaned_data["reason"])


def _named(request: HttpRequest, kind: str, name: str) -> list[Consumer]:
    """Those of this name that the person sees, or 404; `?project=` says which."""
    asked = request.GET.get("project")
    named = Consumer.objects.visible_to(actor_of(request)).filter(kind=kind, name=name)
    if asked is not None:
        named = named.filter(project__name=asked) if asked else named.filter(project__isnull=True)
    found = list(named.select_related("project", "team", "connection"))
    if not found:
        raise Http404("There is no such consumer.")
    return found
