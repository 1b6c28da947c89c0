"""Connections over the API: who may do what, edits that know what they change, and secrets that never come back."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from registry.actions.connections import create_connection
from registry.models import AuditEntry, Connection, Pull
from registry.stores import address
from tests.cast import api_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin", "service")
ALL = ("features:read", "features:write", "admin")
REGISTRY = Path(__file__).parents[2] / "demo" / "store" / "registry.db"
SECRET = "hunter2"  # noqa: S105  the made-up password that must not be found again
LIST, ONE = "/api/v1/connections", "/api/v1/connections/feast"


@pytest.fixture
def store(cast: SimpleNamespace) -> Connection:
    """Owned by Payments, where Alice is; its registry is the demo's."""
    return create_connection(
        cast.payments, actor=None, name="Feast", options={"project_prefix": "eu_"}, addresses={
            "registry_url": f"sqlite:///{REGISTRY}", "online_url": f"redis://reader:{SECRET}@127.0.0.1:1/0",
        },
    )  # fmt: skip


@pytest.fixture
def admin(cast: SimpleNamespace) -> APIClient:
    return api_as(cast.admin, *ALL)


def patch(client: APIClient, body: Any, tag: str = "*") -> Any:
    return client.patch(ONE, body, format="json", headers={"If-Match": tag})


@pytest.mark.parametrize("path", ["", "/feast", "/feast/test", "/feast/preview", "/feast/pull"])
def test_nobody_gets_in_without_a_token(store: Connection, path: str) -> None:
    verb = "get" if path in {"", "/feast"} else "post"
    assert getattr(APIClient(), verb)(LIST + path).status_code == 401


@pytest.mark.parametrize("role", ROLES)
def test_everybody_sees_it_and_only_those_who_answer_for_it_its_addresses(
    cast: SimpleNamespace, store: Connection, role: str
) -> None:
    client = api_as(getattr(cast, role))
    for shown in (client.get(ONE).json(), client.get(LIST).json()["data"][0]):
        assert (shown["slug"], shown["owner"], shown["definitions_every_seconds"]) == ("feast", "payments", 300)
        if role in {"owner_a", "auditor", "admin"}:
            assert shown["addresses"]["online_url"] == "redis://reader:***@127.0.0.1:1/0"
            assert shown["options"] == {"project_prefix": "eu_"}
        else:
            assert (shown["addresses"], shown["options"]) == (None, None)


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_create_change_test_and_preview(
    cast: SimpleNamespace, store: Connection, role: str
) -> None:
    client, may = api_as(getattr(cast, role), *ALL), role == "admin"
    body = {"name": "Other", "addresses": {"registry_url": "/srv/registry.db"}}
    answers = [client.post(LIST, body, format="json"), patch(client, {"is_enabled": False}),
               client.post(f"{ONE}/test"), client.post(f"{ONE}/preview")]  # fmt: skip
    assert [answer.status_code for answer in answers] == ([201, 200, 200, 200] if may else [403] * 4)
    store.refresh_from_db()
    assert (Connection.objects.filter(slug="other").exists(), store.is_enabled) == (may, not may)


def test_a_token_without_the_scope_does_not_administer(cast: SimpleNamespace, store: Connection) -> None:
    client = api_as(cast.admin, "features:read", "features:write")
    for answer in (client.post(LIST, {}, format="json"), patch(client, {}), client.post(f"{ONE}/test")):
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_refusal_comes_before_the_body_and_the_state(cast: SimpleNamespace, store: Connection) -> None:
    assert api_as(cast.viewer, *ALL).patch(ONE, {"nonsense": 1}, format="json").status_code == 403


def test_what_does_not_exist_is_not_found(admin: APIClient) -> None:
    for answer in (admin.get(ONE), patch(admin, {}), *(admin.post(f"{ONE}/{verb}") for verb in ("test", "pull"))):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_new_one_says_where_it_is_and_can_be_changed_at_once(cast: SimpleNamespace, admin: APIClient) -> None:
    address_sent = f"postgresql://reader:{SECRET}@127.0.0.1:1/feast"
    body = {
        "name": "Other store", "owner": "payments", "measurements_every_seconds": 3600,
        "addresses": {"registry_url": address_sent},
        "options": {"projects": ["ads"], "project_prefix": "eu_"},
    }  # fmt: skip
    made = admin.post(LIST, body, format="json")
    assert (made.status_code, made["Location"]) == (201, "/api/v1/connections/other-store")
    assert made.json()["addresses"] == {"registry_url": "postgresql://reader:***@127.0.0.1:1/feast"}
    assert made.json()["options"] == body["options"]
    changed = admin.patch(made["Location"], {"name": "Renamed"}, format="json", headers={"If-Match": made["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "Renamed")
    assert address(Connection.objects.get(slug="other-store"), "registry_url") == address_sent
    assert AuditEntry.objects.get(action="registry.create_connection").actor == cast.admin


def test_a_long_name_makes_a_short_slug(admin: APIClient) -> None:
    made = admin.post(LIST, {"name": "x" * 120, "addresses": {"registry_url": "/srv/registry.db"}}, format="json")
    assert (made.status_code, len(made.json()["slug"])) == (201, 80)


def test_a_change_names_the_state_it_changes(admin: APIClient, store: Connection) -> None:
    tag = admin.get(ONE)["ETag"]
    assert admin.patch(ONE, {"name": "Two"}, format="json").status_code == 428
    assert patch(admin, {"name": "Two"}, tag).status_code == 200
    late = patch(admin, {"name": "Three"}, tag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    store.refresh_from_db()
    assert store.name == "Two"


def test_what_pulls_write_does_not_turn_a_change_away(admin: APIClient, store: Connection) -> None:
    tag = admin.get(ONE)["ETag"]
    Connection.objects.update(failures=3, change_token="other")  # noqa: S106  no secret
    assert patch(admin, {"name": "Two"}, tag).status_code == 200


def test_what_is_left_out_stays_also_inside_addresses_and_options(admin: APIClient, store: Connection) -> None:
    shown = patch(admin, {"addresses": {"offline_url": "/srv/lake"}, "options": {"projects": ["ads"]}}).json()
    assert shown["options"] == {"project_prefix": "eu_", "projects": ["ads"]}
    assert shown["addresses"]["offline_url"] == "/srv/lake"
    store.refresh_from_db()
    assert SECRET in address(store, "online_url")


def test_addresses_sent_back_as_shown_keep_their_secret(admin: APIClient, store: Connection) -> None:
    shown = admin.get(ONE).json()["addresses"]
    assert patch(admin, {"addresses": shown, "owner": None}).status_code == 200
    store.refresh_from_db()
    assert (SECRET in address(store, "online_url"), store.owner) == (True, None)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ["Two"]}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"owner": ["payments"]}, "/owner"),
        ({"owner": "nobody"}, "/owner"),
        ({"is_enabled": ["true"]}, "/is_enabled"),
        ({"definitions_every_seconds": [60]}, "/definitions_every_seconds"),
        ({"definitions_every_seconds": 59}, "/definitions_every_seconds"),
        ({"measurements_every_seconds": 32 * 86_400}, "/measurements_every_seconds"),
        ({"addresses": ["/srv/registry.db"]}, "/addresses"),
        ({"addresses": {"registry_url": ["/srv"]}}, "/addresses/registry_url"),
        ({"addresses": {"registry_url": {"a": 1}}}, "/addresses/registry_url"),
        ({"addresses": {"registry_url": "x" * 2_001}}, "/addresses/registry_url"),
        ({"addresses": {"online_url": "redis://reader:***@other:1/0"}}, "/addresses/online_url"),
        ({"addresses": {"stream_url": "kafka://"}}, "/addresses/stream_url"),
        ({"options": {"projects": "ads"}}, "/options/projects"),
        ({"options": {"projects": [["ads"]]}}, "/options/projects/0"),
        ({"options": {"projcts": []}}, "/options/projcts"),
        ({"slug": "other"}, "/slug"),
        ({"sealed": "AA=="}, "/sealed"),
        ([], ""),
    ],
)  # fmt: skip
def test_hostile_bodies_are_refused_at_their_field(
    admin: APIClient, store: Connection, body: Any, pointer: str
) -> None:
    before = Connection.objects.values().get()
    answer = patch(admin, body)
    assert answer.status_code == 422, answer.content
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert Connection.objects.values().get() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"name": "Other"}, "/addresses"), ({"name": "Feast"}, "/name"), ({"name": "///"}, "/name"),
     ({"name": "Other", "kind": ["feast"]}, "/kind"), ({"name": "Other", "kind": "tecton"}, "/kind"),
     ({"name": "Other", "addresses": {}}, "/addresses/registry_url"),
     ({"name": "Other", "is_enabled": False}, "/is_enabled")],
)  # fmt: skip
def test_a_new_one_that_makes_no_sense_is_refused(
    admin: APIClient, store: Connection, body: dict[str, Any], pointer: str
) -> None:
    usual = {} if pointer == "/addresses" else {"addresses": {"registry_url": "/srv/registry.db"}}
    answer = admin.post(LIST, usual | body, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert Connection.objects.count() == 1


def test_no_answer_ever_holds_the_password(admin: APIClient, store: Connection) -> None:
    secret = {"registry_url": f"postgresql://reader:{SECRET}@127.0.0.1:1/feast?password={SECRET}"}
    answers = [
        admin.get(LIST), admin.get(LIST, {"expand": "operations,owner"}), patch(admin, {"addresses": secret}),
        admin.get(ONE), admin.post(f"{ONE}/test"), admin.post(f"{ONE}/preview"), patch(admin, {"addresses": "x"}),
        admin.post(LIST, {"name": "Feast", "addresses": secret}, format="json"), admin.get("/api/v1/audit-log"),
        patch(admin, {"addresses": {"online_url": f"redis://:{SECRET}***@cache/0"}}), admin.get("/api/v1/operations"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 502, 422, 422, 200, 422, 200]
    for answer in answers:
        assert SECRET not in answer.content.decode()
    assert SECRET not in admin.get(LIST, {"format": "csv"}).getvalue().decode()


def test_a_test_says_what_works_and_what_to_do(admin: APIClient, store: Connection) -> None:
    rights = admin.post(f"{ONE}/test").json()["data"]
    by_store = {right["name"].partition(":")[0]: right for right in rights}
    assert (by_store["Registry"]["ok"], by_store["Online store"]["ok"]) == (True, False)
    assert by_store["Online store"]["detail"]


def test_a_preview_counts_and_writes_nothing(admin: APIClient, store: Connection) -> None:
    preview = admin.post(f"{ONE}/preview").json()
    assert (preview["views"], preview["new_views"], preview["known_views"]) == (17, 17, 0)
    assert preview["likely_personal_count"] >= len(preview["likely_personal"]) > 0
    assert not Pull.objects.exists()


def test_a_preview_of_a_dead_store_says_so(admin: APIClient) -> None:
    ConnectionFactory(slug="feast", settings={"registry_url": "/no/such/registry.db"})
    answer = admin.post(f"{ONE}/preview")
    assert (answer.status_code, answer.json()["code"]) == (502, "store_unreachable")


@pytest.mark.parametrize("path", ["", "?expand=owner"])
def test_twenty_take_as_many_statements_as_one(cast: SimpleNamespace, path: str) -> None:
    client, counts = api_as(cast.viewer), []
    for more in (1, 19):
        ConnectionFactory.create_batch(more, owner=cast.payments)
        with CaptureQueriesContext(database) as queries:
            assert client.get(LIST + path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 2
