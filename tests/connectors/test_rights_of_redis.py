"""Patterns and access lists of Redis, as text."""

import re

import pytest

from connectors.feast.online_patterns import keys_of
from connectors.records import ConnectorError
from connectors.redis.globs import have_in_common, literal
from connectors.redis.rules import account_of, gives, selector
from tests.connectors.feast_bytes import entity_key


@pytest.mark.parametrize(
    ("one", "other", "is_common"),
    [
        (b"a*", b"*b", True), (b"a*", b"b*", False), (b"", b"*", True), (b"", b"?", False), (b"[a-c]x", b"bx", True),
        (b"[^a-c]x", b"bx", False), (b"a\\*", b"ab", False), (b"a\\*", b"a*", True),
        (b"*user*", b"\x01???user_id*pay", True),
        (b"cache:*", b"\x01???user_id*pay", False), (b"user:?", b"user:12", False), (b"[a-", b"a", True),
    ],
)  # fmt: skip
def test_patterns_have_keys_in_common(one: bytes, other: bytes, is_common: bool) -> None:
    assert have_in_common(one, other) is is_common
    assert have_in_common(other, one) is is_common


def test_the_pattern_of_an_entity_fits_its_keys_alone() -> None:
    keys = keys_of("pay", ["user_id"])
    assert have_in_common(keys, literal(entity_key(user_id=7) + b"pay"))
    for other in (
        entity_key(user_id=7) + b"shop",
        entity_key(card=7) + b"pay",
        entity_key(user_id=7, zone=1) + b"pay",
        b"x:pay",
    ):
        assert not have_in_common(keys, literal(other))


@pytest.mark.parametrize("name", ["a b", "a\x00b", "a*b", "[a]", "a\nb", "x" * 32, "\\", ")"])
def test_hostile_names_stay_one_word_of_a_rule(name: str) -> None:
    keys = keys_of(f"p{name}", [f"k{name}"])
    assert re.search(rb"[\s\x00]", keys) is None
    assert have_in_common(keys, literal(entity_key(**{f"k{name}": 1}) + f"p{name}".encode()))
    assert not have_in_common(keys, literal(entity_key(other=1) + b"pay"))


def test_without_a_project_there_is_no_pattern() -> None:
    with pytest.raises(ConnectorError):
        keys_of("", ["user_id"])


def test_a_list_is_read_without_its_passwords() -> None:
    made = selector(b"\x01???user)id*pay")
    line = (
        b"user svc on sanitize-payload #" + b"0" * 64 + b" ~own:* %R~read:* %W~write:* resetchannels -@all +get " + made
    )
    account = account_of(line)
    assert (account.name, account.is_on, account.needs_password) == ("svc", True, True)
    assert account.own.keys == (b"own:*", b"read:*")
    assert [gives(one, b"\x01???user)id*pay") for one in account.selectors] == [True]
    assert account.selectors[0].text == made
    assert "0" * 64 not in repr(account)
