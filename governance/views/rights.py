"""A connection's rights: who readers are in its stores, whether Charter keeps them, what it gave, and scripts."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from governance.actions.accounts import name_account, remove_account, set_granting_login, switch_enforcement, test_gate
from governance.models import Enforcement, Place, StoreAccount
from governance.queries.guarded import guarded_stores
from governance.queries.needs import product_of
from governance.queries.scripts import scripts_of
from governance.rights_forms import AccountForm, LoginForm
from registry.actions.action import allow
from registry.models import Connection
from registry.views.actor import actor_of


@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """`/connectors/<slug>/rights/`"""
    return _page(request, _found(request, slug))


@require_GET
def panel(request: HttpRequest, slug: str) -> HttpResponse:
    """The same in short, on the connection's page; nothing for who may not see it."""
    connection = get_object_or_404(Connection.objects.select_related("owner"), slug=slug)
    may = actor_of(request).has_perm("governance.inspect_rights", connection)
    context = {"connection": connection, "stores": guarded_stores(connection) if may else []}
    return render(request, "governance/rights/panel.html", context)


@require_POST
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """Say who a reader is."""
    connection, actor = _found(request, slug), actor_of(request)
    allow(actor, "governance.name_account", connection)
    form = _account_form(connection, request.POST)
    work = lambda: name_account(connection, actor=actor, **form.cleaned_data)  # noqa: E731
    made = form.tried(work) if form.is_valid() else None
    if made is not None:
        return _saved(request, connection, f"{made.subject} is {made.name} there.")
    return _page(request, connection, account_form=form)


@require_POST
def remove(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Nobody is that account any more."""
    connection, actor = _found(request, slug), actor_of(request)
    row = get_object_or_404(StoreAccount, pk=number, store__connection=connection)
    remove_account(row, actor=actor)
    return _saved(request, connection, f"{row.subject} is not {row.name} any more. What Charter gave it is taken away.")


@require_POST
def switch(request: HttpRequest, slug: str, place: str) -> HttpResponse:
    """On or off."""
    connection, actor, is_on = _found(request, slug), actor_of(request), request.POST.get("is_on") == "true"
    work = lambda: switch_enforcement(connection, actor=actor, place=place, is_on=is_on)  # noqa: E731
    said = "Grants begin once this store has given their rights." if is_on else "Nothing new is given there."
    return _tried(request, connection, work, said)


@require_POST
def login(request: HttpRequest, slug: str, place: str) -> HttpResponse:
    """As whom Charter grants."""
    connection, actor = _found(request, slug), actor_of(request)
    allow(actor, "governance.set_granting_login", connection)
    form = _login_form(connection, place, request.POST)
    work = lambda: set_granting_login(connection, actor=actor, place=place, **form.arguments())  # noqa: E731
    if form.is_valid() and form.tried(work) is not None:
        return _saved(request, connection, "Saved. Try it with Test.")
    return _page(request, connection, login_form=form, place=place)


@require_POST
def test(request: HttpRequest, slug: str, place: str) -> HttpResponse:
    """Try whether Charter can give rights there, one line each."""
    connection = _found(request, slug)
    tried = test_gate(connection, actor=actor_of(request), place=place)
    return _page(request, connection, tried=tried, place=place)


def _found(request: HttpRequest, slug: str) -> Connection:
    connection = get_object_or_404(Connection.objects.select_related("owner"), slug=slug)
    allow(actor_of(request), "governance.inspect_rights", connection)
    return connection


def _tried(request: HttpRequest, connection: Connection, work: Callable[[], object], said: str) -> HttpResponse:
    try:
        work()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("governance:rights", connection.slug)
    return _saved(request, connection, said)


def _saved(request: HttpRequest, connection: Connection, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("governance:rights", connection.slug)


def _account_form(connection: Connection, data: Any = None) -> AccountForm:
    places = [Place(one.store.place) for one in guarded_stores(connection)]
    return AccountForm(data, places=places, connection=connection)


def _login_form(connection: Connection, place: str, data: Any = None) -> LoginForm:
    store = Enforcement.objects.filter(connection=connection, place=place).first()
    return LoginForm(
        data, store=store or Enforcement(connection=connection, place=place), product=product_of(connection, place)
    )  # fmt: skip


def _page(request: HttpRequest, connection: Connection, **found: Any) -> HttpResponse:
    actor, stores = actor_of(request), guarded_stores(connection)
    may_set = actor.has_perm("governance.set_granting_login", connection)
    tried = found.get("login_form")
    context: dict[str, Any] = {
        "connection": connection,
        "stores": [
            {"guarded": one, "login": (tried if tried and found.get("place") == one.store.place
                                       else _login_form(connection, one.store.place)) if may_set else None}
            for one in stores
        ],
        "may_name": actor.has_perm("governance.name_account", connection) and stores,
        "account_form": _account_form(connection), "scripts": scripts_of(connection),
    }  # fmt: skip
    is_refused = any(isinstance(one, AccountForm | LoginForm) for one in found.values())
    return render(request, "governance/rights/page.html", context | found, status=422 if is_refused else 200)
