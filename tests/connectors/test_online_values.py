"""Telling null values and entity keys apart, byte by byte."""

import math
import struct
from datetime import UTC, datetime

import pytest

from connectors.feast.online_values import NULL_VALUES, event_time, field_of, joined_by, stored_names
from connectors.records import ViewTarget
from tests.connectors.feast_bytes import NULL, NULL_SET, entity_key, number, stamp


@pytest.mark.parametrize(
    "value", [NULL, NULL_SET, number(math.nan), number(-math.nan), b"\x35" + struct.pack("<f", math.nan)]
)
def test_null_has_several_spellings(value: bytes) -> None:
    assert value in NULL_VALUES


@pytest.mark.parametrize("value", [number(0.0), b"\x20\x00", b"\x12\x00", b"\x38\x00", number(math.inf)])
def test_zero_false_and_empty_text_are_values(value: bytes) -> None:
    assert value not in NULL_VALUES


def test_an_entity_key_names_its_join_keys() -> None:
    assert joined_by(entity_key(user_id=7) + b"shop", b"shop") == ("user_id",)
    assert joined_by(entity_key(user_id="é", item="a") + b"shop", b"shop") == ("item", "user_id")
    assert joined_by(entity_key() + b"shop", b"shop") == ()


@pytest.mark.parametrize(
    "key",
    [
        entity_key(user_id=7) + b"eshop",
        entity_key(user_id="eshop"),
        entity_key(user_id=7) + b"shop" + b"shop",
        b"celery-task-meta-shop",
        b"shop",
        b"",
        b"\xff\xff\xff\xffshop",
        struct.pack("<II", 1, 2) + b"\xff\xff\xff\xffshop",
        entity_key(user_id=7)[4:] + b"shop",  # version 2 wrote no count
        struct.pack("<III", 1, 2, 2) + b"\xff\xfe" + struct.pack("<IIq", 4, 8, 1) + b"shop",
    ],
)
def test_a_key_of_another_project_or_layout_is_none_of_ours(key: bytes) -> None:
    assert joined_by(key, b"shop") is None


def test_event_times_keep_microseconds_and_survive_nonsense() -> None:
    moment = datetime(2026, 11, 20, 10, 0, 0, 250_000, tzinfo=UTC)
    assert event_time(stamp(moment)) == moment
    assert event_time(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f") is None
    assert event_time(b"\xff\xff") is None


def test_a_feature_is_found_under_its_hash() -> None:
    """As Feast computes it: the first four bytes of the little-endian murmur3 of "view:feature"."""
    assert field_of("driver_hourly_stats", "conv_rate").hex() == "6160e3da"


@pytest.mark.parametrize(("version", "names"), [(None, ["stats"]), (0, ["stats"]), (2, ["stats_v2", "stats"])])
def test_versions_may_have_names_of_their_own(version: int | None, names: list[str]) -> None:
    assert stored_names(ViewTarget("shop", "stats", version, (), ())) == names
