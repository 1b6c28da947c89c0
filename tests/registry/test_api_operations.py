"""Operations over the API: asked for with 202, watched while they run, stopped by those who may."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from registry.choices import PullKind, PullState
from registry.models import AuditEntry, Connection, Pull
from registry.stores import pulls_of
from tests.cast import api_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
OPERATIONS, PULL = "/api/v1/operations", "/api/v1/connections/feast/pull"


@pytest.fixture
def store(cast: SimpleNamespace) -> Connection:
    """Owned by Payments, where Alice is."""
    return ConnectionFactory.create(slug="feast", owner=cast.payments)


@pytest.fixture
def running(store: Connection) -> Pull:
    """A quarter done after ten seconds."""
    return Pull.objects.create(
        connection=store, kind=PullKind.DEFINITIONS, state=PullState.RUNNING, done=250, total=1_000, attempts=1,
        started_at=timezone.now() - timedelta(seconds=10), counts={"added": 3}, warnings=["restricted.view is odd"],
        errors=[{"object": "restricted.view", "reason": "No column x.", "fix": "Add it."}],
    )  # fmt: skip


def path(pull: Pull) -> str:
    return f"{OPERATIONS}/{pull.reference}"


def ask(client: APIClient, body: Any) -> Any:
    return client.post(PULL, body, format="json")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", pulls_of("feast"))
def test_administrators_and_the_team_pull(cast: SimpleNamespace, store: Connection, role: str, kind: str) -> None:
    answer = ask(api_as(getattr(cast, role)), {"kind": kind})
    if role not in {"owner_a", "admin"}:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert not Pull.objects.exists()
        return
    pull = Pull.objects.get()
    assert (answer.status_code, answer["Location"], answer["Retry-After"]) == (202, path(pull), "1")
    shown = answer.json()
    assert (shown["id"], shown["kind"], shown["state"], shown["connection"]) == (
        pull.reference,
        kind,
        "queued",
        "feast",
    )
    assert shown["requested_by"] == getattr(cast, role).username


def test_a_store_is_not_asked_for_what_it_cannot_tell(cast: SimpleNamespace, store: Connection) -> None:
    answer = ask(api_as(cast.owner_a), {"kind": "lineage"})
    errors = [(one["pointer"], one["detail"]) for one in answer.json()["errors"]]
    assert (answer.status_code, errors) == (422, [("/kind", "Choose one of: definitions, measurements.")])
    assert not Pull.objects.exists()


def test_asking_again_gives_the_one_that_is_unfinished(cast: SimpleNamespace, store: Connection) -> None:
    client = api_as(cast.owner_a)
    first, second = (ask(client, {"kind": "definitions"}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert ask(client, {"kind": "measurements"})["Location"] != first["Location"]
    assert Pull.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"kind": "everything"}, "/kind"), ({"kind": ["definitions"]}, "/kind"), ({"kind": {"a": 1}}, "/kind"),
     ({"kind": None}, "/kind"), ({"kind": "definitions", "force": True}, "/force"), (["definitions"], "")],
)  # fmt: skip
def test_a_pull_of_an_unknown_kind_is_refused(
    cast: SimpleNamespace, store: Connection, body: Any, pointer: str
) -> None:
    answer = ask(api_as(cast.admin), body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not Pull.objects.exists()


def test_what_is_switched_off_is_not_pulled(cast: SimpleNamespace, store: Connection) -> None:
    Connection.objects.update(is_enabled=False)
    answer = ask(api_as(cast.admin), {"kind": "definitions"})
    assert (answer.status_code, answer.json()["errors"][0]["detail"]) == (
        422, "store-0 is switched off. Switch it on first.".replace("store-0", store.name),
    )  # fmt: skip


def test_nobody_gets_in_without_a_token(running: Pull) -> None:
    client = APIClient()
    answers = [
        client.get(OPERATIONS),
        client.get(path(running)),
        client.post(f"{path(running)}/cancel"),
        ask(client, {}),
    ]
    assert [answer.status_code for answer in answers] == [401] * 4


@pytest.mark.parametrize("role", ROLES)
def test_progress_is_for_all_and_what_went_wrong_for_those_who_answer_for_it(
    cast: SimpleNamespace, running: Pull, role: str
) -> None:
    client = api_as(getattr(cast, role))
    for shown in (client.get(path(running)).json(), client.get(OPERATIONS).json()["data"][0]):
        assert (shown["done"], shown["total"], shown["counts"]) == (250, 1_000, {"added": 3})
        assert (shown["errors_count"], shown["warnings_count"]) == (1, 1)
        seen = (shown["errors"], shown["warnings"])
        assert seen == ((running.errors, running.warnings) if role in {"owner_a", "auditor", "admin"} else (None, None))


def test_pace_and_time_left_are_those_of_the_page(cast: SimpleNamespace, running: Pull) -> None:
    answer = api_as(cast.viewer).get(path(running))
    shown = answer.json()
    assert answer["Retry-After"] == "1"
    assert shown["fraction_done"] == running.fraction_done == 0.25
    assert shown["rate_per_second"] == pytest.approx(running.rate, rel=0.1)
    assert running.time_left is not None
    assert shown["seconds_left"] == pytest.approx(running.time_left.total_seconds(), rel=0.1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"state": "queued", "started_at": None, "done": 0, "total": None}, (None, None, None)),
        ({"done": 0, "total": None}, (None, None, None)),
        ({"done": 0, "total": 10}, (0, None, None)),
        ({"done": 10, "total": 0}, (None, 1, None)),
        ({"state": "succeeded", "done": 10, "total": 10}, (1, 1, None)),
    ],
)
def test_what_is_not_known_is_null(
    cast: SimpleNamespace, running: Pull, facts: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert running.started_at is not None
    end = running.started_at + timedelta(seconds=10)
    Pull.objects.update(**{"finished_at": end, **facts})
    shown = api_as(cast.viewer).get(path(running)).json()
    assert (shown["fraction_done"], shown["rate_per_second"], shown["seconds_left"]) == expected


def test_a_finished_one_needs_no_asking_again(cast: SimpleNamespace, running: Pull) -> None:
    Pull.objects.update(state=PullState.SUCCEEDED, finished_at=timezone.now())
    client = api_as(cast.viewer)
    answer = client.get(path(running))
    assert "Retry-After" not in answer
    assert client.get(path(running), headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("role", ROLES)
def test_administrators_and_the_team_cancel(cast: SimpleNamespace, running: Pull, role: str) -> None:
    answer = api_as(getattr(cast, role)).post(f"{path(running)}/cancel")
    running.refresh_from_db()
    may = role in {"owner_a", "admin"}
    assert (answer.status_code, running.cancel_requested_at is not None) == ((202, True) if may else (403, False))
    assert running.state == PullState.RUNNING  # its worker stops it
    assert AuditEntry.objects.filter(action="registry.cancel_pull").exists() == may


def test_a_queued_one_is_cancelled_at_once_and_a_finished_one_never(cast: SimpleNamespace, running: Pull) -> None:
    Pull.objects.update(state=PullState.QUEUED)
    client = api_as(cast.owner_a)
    assert client.post(f"{path(running)}/cancel").json()["state"] == "cancelled"
    again = client.post(f"{path(running)}/cancel")
    assert (again.status_code, "already finished" in again.json()["errors"][0]["detail"]) == (422, True)


def test_scopes_limit_tokens(cast: SimpleNamespace, running: Pull) -> None:
    client = api_as(cast.admin, "features:read")
    for answer in (ask(client, {"kind": "definitions"}), client.post(f"{path(running)}/cancel")):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    assert api_as(cast.admin, "lineage:write").get(OPERATIONS).status_code == 403


@pytest.mark.parametrize(
    "name", ["PULL-0", "PULL-", "PULL-x", "PULL-1e3", "AR-1", "9" * 40, "PULL-" + "9" * 40, "PULL-٣"]
)
def test_what_is_no_operation_is_not_found(cast: SimpleNamespace, running: Pull, name: str) -> None:
    client = api_as(cast.admin)
    assert client.get(f"{OPERATIONS}/{name}").status_code == 404
    assert client.post(f"{OPERATIONS}/{name}/cancel").status_code == 404


def test_the_list_is_narrowed_and_paged(cast: SimpleNamespace, store: Connection, running: Pull) -> None:
    other = ConnectionFactory.create(slug="other")
    newer = [Pull.objects.create(connection=other, kind=kind, state=PullState.FAILED) for kind in pulls_of("feast")]
    client = api_as(cast.viewer)

    def found(**query: str) -> list[str]:
        return [row["id"] for row in client.get(OPERATIONS, query).json()["data"]]

    references = [newer[1].reference, newer[0].reference, running.reference]
    assert found() == references
    assert found(connection="other") == references[:2]
    assert found(state="running") == references[2:]
    assert found(kind="measurements") == references[:1]
    page = client.get(OPERATIONS, {"limit": "2"}).json()
    assert found(limit="2", cursor=page["next_cursor"]) == references[2:]
    assert client.get(OPERATIONS, {"state": "stuck"}).status_code == 400
    assert client.get(OPERATIONS, {"conection": "other"}).status_code == 400


@pytest.mark.parametrize("role", ["viewer", "owner_a"])
def test_twenty_take_as_many_statements_as_one(cast: SimpleNamespace, store: Connection, role: str) -> None:
    client, counts = api_as(getattr(cast, role)), []
    for more in (1, 19):
        for _ in range(more):
            Pull.objects.create(connection=store, kind=PullKind.DEFINITIONS, state=PullState.FAILED)
        with CaptureQueriesContext(database) as queries:
            assert client.get(OPERATIONS).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 2
