"""Connections: which there are, how they do, and for administrators how to make, test and change them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.spreadsheets import csv_response
from connectors.records import ConnectorError
from registry.actions.action import allow
from registry.actions.connections import change_connection, create_connection, test_connection
from registry.actions.previews import preview_connection
from registry.actions.pulls import request_pull
from registry.choices import PullKind
from registry.connection_form import LABELS, ConnectionForm
from registry.connector_notes import notes
from registry.models import Connection, Pull, User
from registry.queries.connections import later_than, row, with_latest_pulls
from registry.stores import ADDRESSES, SECRET, pulls_of

COLUMNS = ("slug", "name", "kind", "team", "state", "why", "last_pull_at", "next_pull_at")
PULLS = 25


@require_GET
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every connection, and whether it works."""
    now = timezone.now()
    rows = [row(connection, now) for connection in with_latest_pulls(Connection.objects.order_by("slug"))]
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, map(_csv_row, rows), filename="connections.csv")
    context = {"rows": rows, "may_create": request.user.has_perm("registry.create_connection", None)}
    return render(request, "registry/connection/list.html", context)


def _csv_row(one: Any) -> dict[str, Any]:
    connection = one.connection
    return {
        "slug": connection.slug, "name": connection.name, "kind": connection.kind,
        "team": connection.owner.slug if connection.owner else "", "state": one.standing.word, "why": one.standing.why,
        "last_pull_at": one.last_at, "next_pull_at": one.next_at,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`/connectors/new` chooses the kind, `?kind=feast` shows its form."""
    allow(request.user, "registry.create_connection", None)
    kind = request.GET.get("kind", "")
    if kind not in ADDRESSES:
        return render(request, "registry/connection/choose.html", {"kinds": ADDRESSES})
    form = ConnectionForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        owner = form.cleaned_data["owner"]
        made = form.tried(lambda: create_connection(owner, actor=_actor(request), kind=kind, **form.arguments()))
        if made is not None:
            messages.success(request, f"{made.name} is connected. Test it, then pull.")
            return redirect(made)
    return _form(request, form, None)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Change name, team, addresses or schedule."""
    connection = _found(slug)
    allow(request.user, "registry.change_connection", connection)
    form = ConnectionForm(request.POST or None, connection=connection)
    if request.method == "POST" and form.is_valid():
        said = {"owner": form.cleaned_data["owner"], **form.arguments()}
        if form.tried(lambda: change_connection(connection, actor=_actor(request), **said)) is not None:
            messages.success(request, "Saved. The next pull reads from what is set now.")
            return redirect(connection)
    return _form(request, form, connection)


def _form(request: HttpRequest, form: ConnectionForm, connection: Connection | None) -> HttpResponse:
    context = {"form": form, "connection": connection}
    return render(request, "registry/connection/form.html", context, status=422 if form.errors else 200)


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One connection: health, schedule, history, and what it reads."""
    return _page(request, slug)


@require_POST
def test(request: HttpRequest, slug: str) -> HttpResponse:
    """Try each right the connection needs, one line each."""
    connection = _found(slug)
    rights = test_connection(connection, actor=_actor(request))  # type: ignore[arg-type]  # login is required
    return _answer(request, slug, "registry/connection/rights.html", {"rights": rights})


@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What a pull would bring; nothing is written."""
    connection = _found(slug)
    try:
        context = {"preview": preview_connection(connection, actor=_actor(request))}
    except ConnectorError as error:
        context = {"failure": error}  # type: ignore[dict-item]
    return _answer(request, slug, "registry/connection/preview.html", context)


@require_POST
def pull(request: HttpRequest, slug: str) -> HttpResponse:
    """Pull now, and go where its progress is shown."""
    connection = _found(slug)
    try:
        return redirect(request_pull(connection, kind=request.POST.get("kind", ""), actor=_actor(request)))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(connection)


@require_POST
def switch(request: HttpRequest, slug: str) -> HttpResponse:
    """On or off."""
    is_enabled = request.POST.get("is_enabled") == "true"
    connection = change_connection(_found(slug), actor=_actor(request), is_enabled=is_enabled)
    messages.success(request, f"{connection.name} is switched {'on' if is_enabled else 'off'}.")
    return redirect(connection)


def _actor(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # login is required


def _found(slug: str) -> Connection:
    return get_object_or_404(Connection.objects.select_related("owner"), slug=slug)


def _answer(request: HttpRequest, slug: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """The part alone for htmx, the whole page with it otherwise."""
    if getattr(request, "htmx", False):
        return render(request, template, context)
    return _page(request, slug, found=template, **context)


def _page(request: HttpRequest, slug: str, **found: Any) -> HttpResponse:
    connection = get_object_or_404(with_latest_pulls(Connection.objects.all()), slug=slug)
    may_inspect = request.user.has_perm("registry.inspect_connection", connection)
    now = timezone.now()
    context = {
        "connection": connection,
        "row": row(connection, now),
        "definitions_at": later_than(now, connection.definitions_due_at),
        "measurements_at": later_than(now, connection.measurements_due_at),
        "kinds": [(kind, kind.label) for kind in pulls_of(connection.kind)],
        "is_store": PullKind.DEFINITIONS in pulls_of(connection.kind),
        "pulls": Pull.objects.filter(connection=connection).select_related("requested_by")[:PULLS],
        "may_inspect": may_inspect,
        "may_change": request.user.has_perm("registry.change_connection", connection),
        "may_test": request.user.has_perm("registry.test_connection", connection),
        "may_pull": connection.is_enabled and request.user.has_perm("registry.pull_connection", connection),
        "addresses": _shown_addresses(connection) if may_inspect else [],
        "notes": notes(connection),
    }
    return render(request, "registry/connection/page.html", context | found)


def _shown_addresses(connection: Connection) -> list[tuple[str, str]]:
    """Without secrets: those are not in `settings`. A token that is not set is not missed."""
    known = {name: connection.settings.get(name, "") for name in ADDRESSES[connection.kind]}
    return [(LABELS[name], shown) for name, shown in known.items() if shown or name not in SECRET]
