"""JSON from outside: what PostgreSQL cannot store or we cannot walk is refused with words, never with a 500."""

import gzip
import io
from typing import Any

import pytest

from common.json import DEEPEST, dumps, inflate, loads, read_at_most
from common.problems import Malformed, TooLarge


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not valid JSON"),
        (b"", "not valid JSON"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": "\\ud800"}', "not valid JSON"),
        (b'{"a": "\xff"}', "not valid JSON"),
        (b'{"a": "x\\u0000y"}', "NUL"),
        (b'{"a\\u0000": 1}', "NUL"),
        (b'[[{"a": ["\\u0000"]}]]', "NUL"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested deeper"),
        (b"[" * 100_000 + b"]" * 100_000, "not valid JSON"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "nested deeper"),
    ],
)
def test_refuses(body: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        loads(body)


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),  # a backslash and some digits, not a NUL
        (b"[" * (DEEPEST - 1) + b"1" + b"]" * (DEEPEST - 1), None),
        ('{"naïve": "Ω"}'.encode(), {"naïve": "Ω"}),
        (b"7", 7),
    ],
)
def test_takes(body: bytes, data: Any) -> None:
    assert loads(body) == data or data is None


def test_writes_moments_in_utc() -> None:
    from datetime import UTC, datetime

    assert dumps({"at": datetime(2026, 3, 3, 12, tzinfo=UTC)}) == b'{"at":"2026-03-03T12:00:00Z"}'


def test_stops_reading_past_the_limit(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert read_at_most(io.BytesIO(b"x" * 10)) == b"x" * 10
    with pytest.raises(TooLarge, match="10 bytes"):
        read_at_most(io.BytesIO(b"x" * 11))


def test_inflates_gzip() -> None:
    assert inflate(gzip.compress(b'{"a": 1}', mtime=0), "gzip") == b'{"a": 1}'
    assert inflate(b"{}", "identity") == b"{}"


def test_a_bomb_is_too_large_before_it_is_unpacked(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    with pytest.raises(TooLarge):
        inflate(gzip.compress(b"0" * 50_000_000, mtime=0), "gzip")


@pytest.mark.parametrize(
    ("body", "encoding", "said"),
    [
        (b"plain", "gzip", "is not"),
        (gzip.compress(b"x" * 1_000, mtime=0)[:-20], "gzip", "too early"),
        (b"x", "br", "not understood"),
    ],
)
def test_refuses_what_it_cannot_unpack(body: bytes, encoding: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        inflate(body, encoding)
