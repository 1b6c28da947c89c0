"""Addresses: which reader they open, and that no error ever repeats a password."""

import traceback

import pytest

from connectors.feast.client import open_registry
from connectors.feast.file_registry import FileRegistry
from connectors.feast.sql_registry import SqlRegistry
from connectors.records import ConnectorError

SECRET = "hunter2-very-secret"


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("sqlite:////srv/registry.sqlite", SqlRegistry),
        ("postgresql://u:p@h/d", SqlRegistry),
        ("postgres://u:p@h/d", SqlRegistry),
        ("postgresql+psycopg2://u:p@h/d", SqlRegistry),  # as feature_store.yaml often has it
        ("mysql+mysqldb://u:p@h/d", SqlRegistry),
        ("mariadb://u:p@h/d", SqlRegistry),
        ("s3://bucket/registry.db", FileRegistry),
        ("file:///srv/registry.db", FileRegistry),
        ("data/registry.db", FileRegistry),
        ("  /srv/postgres/registry.db ", FileRegistry),
    ],
)
def test_the_address_says_which_reader(address: str, kind: type) -> None:
    assert isinstance(open_registry(address), kind)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "   ",
        "a\0b",
        "sqlite://",
        "s3://bucket",
        f"gs://u:{SECRET}@bucket/registry.db",
        f"https://u:{SECRET}@feast.example",
        f"postgresql://u:{SECRET}@host:port/d",
        f"mysqlx://u:{SECRET}@h/d",
    ],
)
def test_addresses_nobody_can_open_are_refused_with_a_way_out(address: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        open_registry(address)
    assert caught.value.fix
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:9/d", "cannot be reached"),
        (f"mysql://u:{SECRET}@127.0.0.1:9/d", "cannot be reached"),
        (f"postgresql://u:{SECRET}@no-such-host.invalid/d", "host name is not known"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/d?nonsense={SECRET}", "could not be read"),
        (f"postgresql://u@127.0.0.1:9/d?sslmode=wrong&password={SECRET}", "could not be read"),
        ("sqlite:////nowhere/registry.sqlite", "cannot be opened"),
        (f"sqlite:///{__file__}", "not a readable SQLite database"),
    ],
)
def test_a_failed_test_explains_itself_without_secrets(address: str, detail: str) -> None:
    rights = open_registry(address).test()
    assert detail in rights[-1].detail
    assert not rights[-1].ok
    assert rights[-1].fix
    assert SECRET not in str(rights)


def test_a_failed_read_hides_the_driver_s_own_words() -> None:
    with pytest.raises(ConnectorError) as caught:
        open_registry(f"postgresql://u:{SECRET}@127.0.0.1:9/d").definitions(known={})
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__suppress_context__
