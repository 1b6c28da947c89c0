"""Snowflake without Snowflake: addresses, quoting and errors. `tests/live/test_snowflake.py` asks a server."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.records import ConnectorError, StoreAway
from connectors.snowflake.session import checked, explained, library, parsed
from connectors.snowflake.table import literal, number, quoted
from connectors.stores import open_offline
from connectors.tables import ColumnError

ADDRESS = "snowflake://reader:not%40for-logs@acme-eu/SHOP/marts"


def test_an_address_says_everything_that_the_client_needs() -> None:
    assert parsed(f"{ADDRESS}?warehouse=SMALL&role=CHARTER") == {
        "account": "acme-eu", "user": "reader", "password": "not@for-logs", "database": "SHOP", "schema": "marts",
        "warehouse": "SMALL", "role": "CHARTER",
    }  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "snowflake://acme/SHOP", "snowflake://reader:pw@", "postgresql://reader:pw@acme/SHOP", f"{ADDRESS}?port=x",
        f"{ADDRESS}?authenticator=externalbrowser", f"{ADDRESS}?private_key_file=/etc/passwd", "snowflake://[::1",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_being_quoted(address: str) -> None:
    with pytest.raises(ConnectorError, match="not one that Snowflake understands") as refused:
        parsed(address)
    assert "for-logs" not in str(refused.value) + refused.value.fix


def test_a_client_that_is_not_there_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "snowflake.connector", None)
    with pytest.raises(ConnectorError, match="not installed") as missing:
        library()
    assert "requirements-snowflake.txt" in missing.value.fix
    [right] = open_offline(ADDRESS).test()
    assert (right.ok, right.fix) == (False, missing.value.fix)


def test_names_and_texts_cannot_leave_their_quotes() -> None:
    assert quoted('a"; DROP TABLE x; --') == '"a""; DROP TABLE x; --"'
    assert literal("it's \\' OR 1=1") == "'it''s \\\\'' OR 1=1'"
    assert number(float("1e300")) == "CAST('1e+300' AS FLOAT)"


@pytest.mark.parametrize(
    "query", ["SELECT SYSTEM$WAIT(9)", "select system $cancel_all_queries(1)", "SELECT System\n$X()"]
)
def test_queries_that_act_on_the_account_are_refused(query: str) -> None:
    with pytest.raises(ConnectorError, match="system function"):
        checked(query)


def error(state: str, errno: int = 1, said: str = "Numeric value 'jane@example.org' is not recognized") -> Any:
    return SimpleNamespace(sqlstate=state, errno=errno, raw_msg=said)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [(error("22018"), ColumnError), (error("XX000"), ConnectorError), (error("57014"), ConnectorError)],
)
def test_messages_about_data_are_not_passed_on(raised: Any, kind: type[ConnectorError]) -> None:
    said = explained(raised)
    assert type(said) is kind
    assert not isinstance(said, StoreAway)
    assert "jane" not in str(said) + said.fix


def test_messages_about_names_are_passed_on() -> None:
    said = explained(error("42S02", said="Object 'GONE' does not exist or not authorized.\nmore"))
    assert (type(said), "Object 'GONE'" in str(said), "more" in str(said)) == (ColumnError, True, False)
