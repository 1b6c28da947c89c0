"""Pages of connections by role: who sees what, who may do what, and that no secret ever comes back."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from registry.actions.connections import create_connection
from registry.choices import PullKind, PullState
from registry.models import AuditEntry, Connection, Pull
from registry.stores import address as address_of
from tests.cast import page_as
from tests.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
ROLES = ("viewer", "owner_a", "owner_b", "member", "chair", "auditor", "admin")
REGISTRY = Path(__file__).parents[2] / "demo" / "store" / "registry.db"
SECRET = "hunter2"  # noqa: S105  the made-up password that must not be found again


@pytest.fixture
def connection(cast: SimpleNamespace) -> Connection:
    """Owned by Payments, where Alice is; its registry is the demo's."""
    return create_connection(
        cast.payments, actor=None, name="Feast", addresses={
            "registry_url": f"sqlite:///{REGISTRY}", "online_url": f"redis://reader:{SECRET}@127.0.0.1:1/0",
        },
    )  # fmt: skip


@pytest.fixture
def form(cast: SimpleNamespace) -> dict[str, Any]:
    return {
        "name": "Other store", "owner": cast.payments.slug, "registry_url": "/srv/registry.db", "offline_url": "",
        "online_url": "", "definitions_every": "10m", "measurements_every": "1h",
    }  # fmt: skip


def at(connection: Connection, verb: str) -> str:
    return reverse(f"registry:connection-{verb}", args=[connection.slug])


@pytest.mark.parametrize("role", ROLES)
def test_everybody_sees_how_a_connection_does(cast: SimpleNamespace, connection: Connection, role: str) -> None:
    client = page_as(getattr(cast, role))
    assert "Not pulled yet" in client.get(reverse("registry:connections")).content.decode()
    assert "Not pulled yet" in client.get(connection.get_absolute_url()).content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_addresses_are_for_those_who_answer_for_it(cast: SimpleNamespace, connection: Connection, role: str) -> None:
    shown = page_as(getattr(cast, role)).get(connection.get_absolute_url()).content.decode()
    assert (str(REGISTRY) in shown) == (role in {"owner_a", "auditor", "admin"})
    assert SECRET not in shown


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("verb", ["change", "test", "preview", "switch"])
def test_only_administrators_change_and_test(
    cast: SimpleNamespace, connection: Connection, form: dict[str, Any], role: str, verb: str
) -> None:
    answer = page_as(getattr(cast, role)).post(at(connection, verb), form)
    assert answer.status_code == ({"test": 200, "preview": 200}.get(verb, 302) if role == "admin" else 403)
    connection.refresh_from_db()
    assert connection.is_enabled != (role == "admin" and verb == "switch")


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_create(cast: SimpleNamespace, form: dict[str, Any], role: str) -> None:
    address = f"{reverse('registry:connection-new')}?kind=feast"
    client = page_as(getattr(cast, role))
    expected = (200, 302) if role == "admin" else (403, 403)
    assert (client.get(address).status_code, client.post(address, form).status_code) == expected
    assert Connection.objects.filter(slug="other-store").exists() == (role == "admin")


def test_refusal_comes_before_looking_at_what_was_typed(cast: SimpleNamespace, connection: Connection) -> None:
    assert page_as(cast.viewer).post(at(connection, "change"), {"name": ""}).status_code == 403


@pytest.mark.parametrize("role", ROLES)
def test_administrators_and_the_team_pull(cast: SimpleNamespace, connection: Connection, role: str) -> None:
    answer = page_as(getattr(cast, role)).post(at(connection, "pull"), {"kind": PullKind.DEFINITIONS})
    assert answer.status_code == (302 if role in {"owner_a", "admin"} else 403)
    made = [pull.get_absolute_url() for pull in Pull.objects.all()]
    assert made == ([answer["Location"]] if role in {"owner_a", "admin"} else [])


def test_a_pull_of_an_unknown_kind_is_refused_in_words(cast: SimpleNamespace, connection: Connection) -> None:
    answer = page_as(cast.admin).post(at(connection, "pull"), {"kind": "everything\x00"}, follow=True)
    assert "Choose one of: definitions, measurements." in answer.content.decode()
    assert not Pull.objects.exists()


def test_the_form_makes_a_connection_with_team_and_schedule(cast: SimpleNamespace, form: dict[str, Any]) -> None:
    page_as(cast.admin).post(f"{reverse('registry:connection-new')}?kind=feast", form)
    made = Connection.objects.get(slug="other-store")
    assert (made.owner, made.definitions_every.seconds, made.measurements_every.seconds) == (cast.payments, 600, 3600)
    assert AuditEntry.objects.get(action="registry.create_connection").actor == cast.admin


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "nul\x00", "Null characters are not allowed."),
        ("name", "x" * 10_000, "at most 120 characters"),
        ("name", "///", "Give it a name with letters or digits."),
        ("registry_url", "x" * 10_000, "at most 2000 characters"),
        ("registry_url", "", "This field is required."),
        ("definitions_every", "soon", "is not a duration"),
        ("definitions_every", "1s", "Choose 1 minute to 31 days."),
        ("definitions_every", "999999w", "Choose 1 minute to 31 days."),
        ("owner", "nobody", "Select a valid choice"),
    ],
)  # fmt: skip
def test_hostile_input_is_refused_at_its_field(
    cast: SimpleNamespace, form: dict[str, Any], field: str, value: str, complaint: str
) -> None:
    answer = page_as(cast.admin).post(f"{reverse('registry:connection-new')}?kind=feast", form | {field: value})
    assert answer.status_code == 422
    assert complaint in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_script_as_address_is_text(cast: SimpleNamespace, form: dict[str, Any]) -> None:
    client = page_as(cast.admin)
    hostile = form | {"registry_url": "javascript:alert(1)", "name": "<script>alert(1)</script>"}
    shown = client.post(f"{reverse('registry:connection-new')}?kind=feast", hostile, follow=True).content.decode()
    assert 'href="javascript:' not in shown
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_password_is_never_shown_again(cast: SimpleNamespace, form: dict[str, Any]) -> None:
    client, new = page_as(cast.admin), f"{reverse('registry:connection-new')}?kind=feast"
    secret = form | {"registry_url": f"postgresql://reader:{SECRET}@127.0.0.1:1/feast"}
    answers = [client.post(new, secret | {"name": ""}), client.post(new, secret, follow=True)]
    made = Connection.objects.get(slug="other-store")
    answers += [client.get(at(made, "change")), client.post(at(made, "test")), client.post(at(made, "preview"))]
    answers.append(client.get(reverse("governance:audit")))
    for answer in answers:
        assert SECRET not in answer.content.decode()
    assert address_of(made, "registry_url") == secret["registry_url"]


def test_saving_the_form_as_shown_keeps_the_password(cast: SimpleNamespace, connection: Connection) -> None:
    client = page_as(cast.admin)
    initial = client.get(at(connection, "change")).context["form"].initial
    shown = {"name": "Renamed", "owner": "", "registry_url": initial["registry_url"], "offline_url": "",
             "online_url": initial["online_url"], "definitions_every": "5m", "measurements_every": "15m"}  # fmt: skip
    assert client.post(at(connection, "change"), shown).status_code == 302
    connection.refresh_from_db()
    assert (connection.name, connection.owner) == ("Renamed", None)
    assert SECRET in address_of(connection, "online_url")


def test_a_test_says_what_works_and_what_to_do(cast: SimpleNamespace, connection: Connection) -> None:
    part = page_as(cast.admin).post(at(connection, "test"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "✓ works" in part
    assert "Registry: " in part
    assert "✗ fails" in part
    assert "Online store: " in part


def test_a_preview_counts_and_writes_nothing(cast: SimpleNamespace, connection: Connection) -> None:
    shown = " ".join(page_as(cast.admin).post(at(connection, "preview")).content.decode().split())
    assert "A pull would add 17 feature views" in shown
    assert "people.customer_contact" in shown  # likely personal
    assert not Pull.objects.exists()


def test_a_preview_of_a_dead_store_says_so(cast: SimpleNamespace) -> None:
    dead = ConnectionFactory(settings={"registry_url": "/no/such/registry.db"})
    assert "The definitions could not be read." in page_as(cast.admin).post(at(dead, "preview")).content.decode()


@pytest.mark.parametrize(
    ("state", "word"),
    [(PullState.SUCCEEDED, "Working"), (PullState.PARTIAL, "Partly"), (PullState.FAILED, "Failing"),
     (PullState.CANCELLED, "Not pulled yet")],
)  # fmt: skip
def test_the_chip_tells_the_last_pull(cast: SimpleNamespace, connection: Connection, state: str, word: str) -> None:
    Pull.objects.create(connection=connection, kind=PullKind.DEFINITIONS, state=state)
    assert word in page_as(cast.viewer).get(reverse("registry:connections")).content.decode()


def test_the_list_is_a_spreadsheet_too(cast: SimpleNamespace, connection: Connection) -> None:
    sheet = page_as(cast.viewer).get(reverse("registry:connections"), {"format": "csv"}).getvalue().decode()
    assert sheet.splitlines()[1].startswith("feast,Feast,feast,payments,Not pulled yet")
    assert SECRET not in sheet
    assert "registry.db" not in sheet


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_takes_as_many_queries_for_one_as_for_twenty(
    cast: SimpleNamespace, django_assert_max_num_queries: Any, count: int
) -> None:
    for one in ConnectionFactory.create_batch(count, owner=cast.payments):
        Pull.objects.create(connection=one, kind=PullKind.DEFINITIONS, state=PullState.SUCCEEDED)
    client = page_as(cast.viewer)
    client.get("/teams/")  # warms what the process keeps
    with django_assert_max_num_queries(5):
        client.get(reverse("registry:connections"))


@pytest.mark.parametrize("count", [1, 20])
def test_a_page_takes_as_many_queries_for_one_pull_as_for_twenty(
    cast: SimpleNamespace, connection: Connection, django_assert_max_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        Pull.objects.create(
            connection=connection, kind=PullKind.DEFINITIONS, state=PullState.SUCCEEDED, requested_by=cast.admin
        )
    client = page_as(cast.owner_a)
    client.get("/teams/")
    with django_assert_max_num_queries(8):
        client.get(connection.get_absolute_url())
