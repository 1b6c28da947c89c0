"""DynamoDB without AWS: addresses and values. `tests/live/test_dynamodb.py` reads what Feast wrote to a server."""

from typing import Any

import pytest

from connectors.feast.online_dynamodb import DynamoOnlineStore, _is_null, _moment
from connectors.records import ConnectorError
from connectors.stores import open_online
from tests.connectors.feast_bytes import NULL, NULL_SET, number


@pytest.mark.parametrize(
    "address",
    ["dynamodb://", "dynamodb:///table", "dynamodb://key:secret@eu-west-1", "dynamodb://eu-west-1/no-names"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ConnectorError, match="not one of DynamoDB") as refused:
        open_online(address)
    assert "secret" not in str(refused.value)


def test_a_region_that_cannot_be_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    [right] = DynamoOnlineStore("dynamodb://eu_west_1").test()
    assert not right.ok


@pytest.mark.parametrize(
    "attribute", [None, {}, {"N": "5"}, {"S": ""}, {"S": "soon"}, {"S": "9999-12-31T23:59:59-23:59"}]
)
def test_what_is_no_moment_is_none(attribute: Any) -> None:
    assert _moment(attribute) is None


@pytest.mark.parametrize(
    ("value", "is_null"),
    [
        ({"B": NULL}, True), ({"B": NULL_SET}, True), ({"NULL": True}, True), ("text", True), ({"B": number(3)}, False),
        ({"S": "x"}, False),
    ],
)  # fmt: skip
def test_null_is_told_without_reading_a_value(value: Any, is_null: bool) -> None:
    assert _is_null(value) is is_null
