"""Secrets in addresses: sealed or referred to, never in the plain settings, and kept when an address is sent back."""

import pytest
from django.core.exceptions import ValidationError

from common.logs import scrub
from connectors.records import ConnectorError
from registry.actions.connections import change_connection, create_connection
from registry.models import AuditEntry, Connection
from registry.secrets import holds_secret
from registry.stores import address as address_of

HELD = [
    "postgresql://reader:hunter2@db/feast",
    "postgresql://reader:hunt@hunter2@db/feast",
    "postgresql://reader:hunt/hunter2@db/feast",
    "postgresql://db/feast?user=reader&password=hunter2",
    "postgresql://db/feast?sslmode=require&sslpassword=hunter2&x=1",
    "redis://:hunter2@cache:6379/0",
]
OPEN = [
    "postgresql://reader:${env:CHARTER_STORE_PW}@db/feast",
    "postgresql://db/feast?password=${file:feast}",
    "redis://cache:6379/0",
    "/srv/feast/registry.db",
    "s3://bucket/registry.db",
]


@pytest.mark.parametrize("address", HELD)
def test_a_password_is_hidden_wherever_it_stands(address: str) -> None:
    assert holds_secret(address)
    assert "hunter2" not in scrub(f"could not open {address} today")


@pytest.mark.parametrize("address", OPEN)
def test_a_reference_is_no_secret(address: str) -> None:
    assert not holds_secret(address)
    assert scrub(address) == address


def made(address: str) -> Connection:
    return create_connection(None, actor=None, name="Store", addresses={"registry_url": address})


@pytest.mark.django_db
@pytest.mark.parametrize("address", HELD)
def test_a_password_is_sealed_and_still_works(address: str) -> None:
    connection = made(address)
    assert "hunter2" not in str(connection.settings)
    assert b"hunter2" not in bytes(connection.sealed)
    assert "hunter2" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert address_of(connection, "registry_url") == address


@pytest.mark.django_db
def test_a_reference_is_kept_and_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTER_STORE_PW", "hunter2")
    connection = made(OPEN[0])
    assert connection.settings["registry_url"] == OPEN[0]
    assert address_of(connection, "registry_url") == "postgresql://reader:hunter2@db/feast"


@pytest.mark.django_db
def test_an_address_sent_back_as_shown_keeps_its_password() -> None:
    connection = made(HELD[0])
    changed = change_connection(
        connection, actor=None, addresses={"registry_url": connection.settings["registry_url"]}, name="Store two"
    )
    assert address_of(changed, "registry_url") == HELD[0]


@pytest.mark.django_db
def test_a_changed_address_needs_its_password_again() -> None:
    connection = made(HELD[0])
    with pytest.raises(ValidationError, match="Write the password again"):
        change_connection(connection, actor=None, addresses={"registry_url": "postgresql://reader:***@other/feast"})
    assert address_of(connection, "registry_url") == HELD[0]


@pytest.mark.django_db
def test_a_missing_secret_stops_only_its_own_store() -> None:
    connection = create_connection(
        None, actor=None, name="Store",
        addresses={"registry_url": "/srv/registry.db", "online_url": "redis://:${env:CHARTER_STORE_NONE}@cache:6379/0"},
    )  # fmt: skip
    assert address_of(connection, "registry_url") == "/srv/registry.db"
    with pytest.raises(ConnectorError, match="CHARTER_STORE_NONE is not set"):
        address_of(connection, "online_url")
