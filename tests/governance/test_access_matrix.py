"""The table of who may do what, tried: each operation by everybody there is, through the API and on pages.

Each is tried with a good body and taken back, so that one row changes nothing for the next.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from governance.actions.committee import declare_conflict
from governance.actions.emergencies import break_glass
from governance.models import Grant
from portal import api_urls
from registry.choices import Scope, Visibility
from tests.cast import api_as, page_as
from tests.factories import ConnectionFactory, ProjectFactory, ViewFactory
from tests.governance.access_table import OPERATIONS, PAGES, PEOPLE
from tests.governance.asking import WHY, ask, decide, personal

pytestmark = pytest.mark.django_db
OF_PEOPLE = [one for one in Scope.values if one not in (Scope.LINEAGE_WRITE, Scope.CALENDAR_READ)]
OF_ACCESS = {"requests", "grants", "policies", "committee", "inbox"}
NAMES = {"fraud", "direct-identifier", "pay.users", "mia"}


@pytest.fixture
def world(asking: SimpleNamespace) -> SimpleNamespace:
    """Of every state one, all about features of Alice's team: Bob asks for his team's model, Vera for herself."""
    cast = asking.cast
    secret = ProjectFactory(name="secret", owner=cast.payments, visibility=Visibility.RESTRICTED)
    personal(ViewFactory(project=secret, name="v"), "phone", "quasi-identifier")
    ConnectionFactory(slug="store")
    asking.with_owner, asking.with_committee = ask(asking, asking.postcode), ask(asking, asking.email)
    [asking.vote] = decide(asking.with_committee, cast.owner_a)
    asking.changes = ask(asking, asking.amount)
    decide(asking.changes, cast.owner_a, "changes", reason="Say more about what it is for.")
    decided = ask(asking, asking.postcode, actor=cast.viewer, consumer=None)
    decide(decided, cast.owner_a)
    decide(decided, asking.second)
    asking.grant = Grant.objects.get()
    asking.emergency = break_glass(
        None, actor=cast.owner_a, versions=[asking.health], purpose=asking.fraud, incident="INC-7", why=WHY
    )  # fmt: skip
    asking.conflict = declare_conflict(cast.viewer, actor=cast.viewer, person=cast.owner_b)
    asking.with_owner_item = asking.with_owner.items.get().pk
    asking.with_committee_item = asking.with_committee.items.get().pk
    return asking


@pytest.fixture
def callers(world: SimpleNamespace) -> list[APIClient]:
    people = [api_as(getattr(world.cast, who), *OF_PEOPLE) for who in PEOPLE]
    services = [api_as(world.cast.service, scope) for scope in (Scope.FEATURES_READ, Scope.LINEAGE_WRITE)]
    return [APIClient(), *people, *services]


def named(world: SimpleNamespace, path: str) -> str:
    numbers = {name: getattr(world, name).pk for name in ("vote", "conflict")}
    return path.format(**vars(world) | numbers)


def taken_back(work: Callable[[], Any]) -> str:
    """The status of an answer. Nothing of it stays."""
    with transaction.atomic():
        status = work().status_code
        transaction.set_rollback(True)
    return str(status)


def sent(caller: APIClient, method: str, path: str, body: dict[str, Any] | None) -> str:
    more = {} if body is None else {"data": body, "format": "json"}
    return taken_back(lambda: getattr(caller, method.lower())(f"/api/v1/{path}", headers={"If-Match": "*"}, **more))


def test_every_operation_by_everybody(world: SimpleNamespace, callers: list[APIClient]) -> None:
    wrong = []
    for method, path, body, expected in OPERATIONS:
        found = " ".join(sent(caller, method, named(world, path), body) for caller in callers)
        if found != expected:
            wrong.append(f"{method} {path}: {expected} expected, {found} found")
    assert wrong == []


def test_who_may_not_is_refused_before_the_body_is_read(world: SimpleNamespace, callers: list[APIClient]) -> None:
    """A broken body tells nothing to who has no business there: 403 or 404 as before, never 400 or 422."""
    for method, path, body, expected in OPERATIONS:
        for caller, status in zip(callers, expected.split(" "), strict=True):
            # Administrators give features to other teams, so their bodies are read.
            if body is not None and status in ("401", "403", "404") and not path.startswith("features/"):
                found = sent(caller, method, named(world, path), {"nonsense": [None]})
                assert found == status, (method, path, status)


def test_every_page_by_everybody(world: SimpleNamespace, client: Any) -> None:
    wrong, browsers = [], [client, *(page_as(getattr(world.cast, who)) for who in PEOPLE)]
    for path, said, expected in PAGES:
        at, form = named(world, path), said and {name: named(world, value) for name, value in said.items()}
        found = " ".join(shown(browser, at, form) for browser in browsers)
        if found != expected:
            wrong.append(f"{path} {said}: {expected} expected, {found} found")
    assert wrong == []


def shown(browser: Any, path: str, form: dict[str, str] | None) -> str:
    return taken_back(lambda: browser.get(path) if form is None else browser.post(path, form))


def test_no_operation_of_access_is_forgotten() -> None:
    tried = {(method, shape(path)) for method, path, *_ in OPERATIONS}
    for pattern in api_urls.urlpatterns:
        view: Any = getattr(pattern.callback, "view_class", None)
        if view and view.__module__.startswith("governance.api.") and view.__module__.split(".")[2] in OF_ACCESS:
            for method in view.required_scopes:
                assert (method, shape(str(pattern.pattern))) in tried, (method, pattern.name)


def shape(path: str) -> tuple[str, ...]:
    """The path with each name in it as a star."""
    parts = path.partition("?")[0].split("/")
    return tuple("*" if part[:1] in ("{", "<") or part in NAMES else part for part in parts)
