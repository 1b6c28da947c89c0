"""Registries that are broken, hostile or newer than we are: an error or a warning, never a crash, never a loss."""

import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.feast import catalog, decoding, file_locations, wire
from connectors.feast import registry_pb2 as pb
from connectors.feast.client import open_registry
from connectors.feast.file_registry import split
from connectors.records import ConnectorError, Definitions

Write = Callable[[pb.Registry | bytes], str]
RECORDED = Path(__file__).resolve().parents[1] / "data" / "feast-samples" / "file_registry_redis_repo.db"


def registry_of(*views: pb.FeatureView) -> pb.Registry:
    return pb.Registry(registry_schema_version="1", version_id="x", feature_views=views)


def view(name: str, *features: str) -> pb.FeatureView:
    message = pb.FeatureView()
    message.spec.name, message.spec.project = name, "shop"
    for feature in features:
        message.spec.features.add(name=feature, value_type=pb.ValueType.INT64)
    return message


def chunk(number: int, data: bytes) -> bytes:
    """One field as protobuf writes it."""
    size, encoded = len(data), bytearray()
    while size > 0x7F:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    return (
        bytes([number << 3 & 0x7F | 2 | (0x80 if number > 15 else 0)])
        + (bytes([number >> 4]) if number > 15 else b"")
        + bytes(encoded)
        + bytes([size])
        + data
    )


def read(path: str) -> Definitions:
    return open_registry(path).definitions(known={})


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(write_registry: Write, data: bytes) -> None:
    for content in (data, chunk(3, b"1") + data):
        try:
            found = read(write_registry(content))
        except ConnectorError:
            continue
        assert isinstance(found, Definitions)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_recording_is_read_or_refused(write_registry: Write, data: st.DataObject) -> None:
    content = bytearray(RECORDED.read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = write_registry(bytes(content[: data.draw(st.integers(1, len(content)))]))
    with suppress(ConnectorError):
        assert read(path).change_token


@pytest.mark.parametrize("size", [0, 1, 20, 300, 600, 989])
def test_half_a_file_is_no_registry(write_registry: Write, size: int) -> None:
    with pytest.raises(ConnectorError, match="not a complete Feast registry"):
        read(write_registry(RECORDED.read_bytes()[:size]))


def test_one_broken_view_does_not_lose_the_rest(write_registry: Write) -> None:
    broken = view("broken", "a").SerializeToString().replace(b"\x0a\x01a", b"\x0a\xffa")
    data = registry_of(view("first", "a")).SerializeToString() + chunk(6, broken)
    found = read(write_registry(data + chunk(6, view("last", "b").SerializeToString())))
    assert [item.name for item in found.views] == ["first", "last"]
    assert found.warnings == ['Feature view "broken" of project "shop" is damaged and was skipped.']
    assert ("shop", "broken") in found.view_names  # it exists: nobody may call it gone
    assert found.are_names_complete


def test_a_view_without_a_readable_name_forbids_calling_anything_gone(write_registry: Write) -> None:
    found = read(write_registry(registry_of(view("first")).SerializeToString() + chunk(6, b"\xff\xff\xff")))
    assert [item.name for item in found.views] == ["first"]
    assert not found.are_names_complete


def test_a_broken_row_does_not_lose_the_rest(sample_registry: Path) -> None:
    with sqlite3.connect(sample_registry) as connection:
        connection.execute("UPDATE feature_views SET feature_view_proto = x'ffff' WHERE feature_view_name = 'clicks'")
        connection.execute("UPDATE data_sources SET data_source_proto = 'text' WHERE data_source_name = 'txn'")
    connection.close()
    found = read(f"sqlite:///{sample_registry}")
    assert {item.name for item in found.views} == {"user_stats", "amount_ratio"}
    assert ("shop", "clicks") in found.view_names
    assert 'Feature view "clicks" of project "shop" is damaged and was skipped.' in found.warnings
    assert any(line.startswith('Data source "txn" of project "shop" holds no bytes') for line in found.warnings)


def test_a_view_cut_off_by_mysql_says_what_to_do(sample_registry: Path) -> None:
    with sqlite3.connect(sample_registry) as connection:
        connection.execute("UPDATE feature_views SET feature_view_proto = ?", (b"\xff" * decoding.MYSQL_BLOB_BYTES,))
    connection.close()
    assert any("LONGBLOB" in line for line in read(f"sqlite:///{sample_registry}").warnings)


def test_newer_fields_and_formats_are_said_once(write_registry: Write) -> None:
    views = [view(f"v{number}", "a") for number in range(3)]
    for item in views:
        item.spec.MergeFromString(chunk(90, b"from the future"))
    newer = registry_of(*views)
    newer.registry_schema_version = "2"
    found = read(write_registry(newer.SerializeToString() + chunk(60, b"new")))
    assert len(found.views) == 3
    assert found.warnings == [
        "The registry's format is 2, newer than 1.",
        'FeatureViewSpec field 90 is newer than this version of Charter and was left out, in Feature view "v0" of '
        'project "shop" and 2 more places.',
        "Registry field 60 is newer than this version of Charter and was left out, in the registry itself.",
    ]


def test_types_newer_than_we_are_are_unknown(write_registry: Write) -> None:
    item = view("stats", "a", "b")
    item.spec.features[1].value_type = 9999  # type: ignore[assignment]
    found = read(write_registry(registry_of(item)))
    assert [feature.dtype for feature in found.views[0].features] == ["int64", "unknown"]
    assert found.warnings == [
        'Feature view "stats" of project "shop": no type that this version of Charter knows for b.'
    ]


def test_nul_is_taken_out_of_every_text(write_registry: Write) -> None:
    item = view("sta\0ts", "a\0")
    item.spec.tags["own\0er"] = "te\0am"
    item.spec.entities.append("us\0er")
    item.spec.feature_transformation.user_defined_function.body_text = "def\0 f"
    found = read(write_registry(registry_of(item)))
    assert "\\x00" not in repr(found)
    assert found.views[0].name == "stats"
    assert found.views[0].tags == {"owner": "team"}
    assert "NUL characters" in found.warnings[0]


def test_the_same_name_twice_is_taken_once(write_registry: Write) -> None:
    found = read(write_registry(registry_of(view("stats", "a", "b", "a", ""), view("stats", "c"), view(""))))
    assert [[feature.name for feature in item.features] for item in found.views] == [["a", "b"]]
    assert len(found.warnings) == 3


def test_nesting_without_end_is_refused(write_registry: Write) -> None:
    inner = b""
    for _ in range(5000):
        inner = chunk(14, inner)  # views on views on views
    data = registry_of(view("fine")).SerializeToString() + chunk(6, chunk(1, chunk(1, b"deep") + inner))
    found = read(write_registry(data))
    assert [item.name for item in found.views] == ["fine"]
    assert "damaged" in found.warnings[0]


def test_a_view_too_large_to_hold_is_skipped(write_registry: Write) -> None:
    huge = view("huge")
    huge.spec.description = "x" * (decoding.MAX_OBJECT_BYTES + 1)
    crowded = chunk(1, view("crowded").spec.SerializeToString() + b"\x22\x00" * (catalog.MAX_FEATURES + 1))
    found = read(write_registry(registry_of(huge, view("fine")).SerializeToString() + chunk(6, crowded)))
    assert [item.name for item in found.views] == ["fine"]
    assert found.warnings[0].startswith('Feature view "huge" of project "shop" holds no bytes, or more than 8 MB')
    assert "50,000 features" in found.warnings[1]


def test_a_row_too_large_to_hold_is_never_fetched(sample_registry: Path) -> None:
    with sqlite3.connect(sample_registry) as connection:
        connection.execute(
            "UPDATE feature_views SET feature_view_proto = zeroblob(?)", (5 * decoding.MAX_OBJECT_BYTES,)
        )
    connection.close()
    read(f"sqlite:///{sample_registry}")  # so that nothing is imported while memory is watched
    tracemalloc.start()
    found = read(f"sqlite:///{sample_registry}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < decoding.MAX_OBJECT_BYTES
    assert {item.name for item in found.views} == {"amount_ratio"}
    assert found.view_names >= {("shop", "clicks"), ("shop", "user_stats")}
    assert any("more than 8 MB" in line for line in found.warnings)


def test_a_flood_of_tiny_fields_is_refused_quickly(write_registry: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a tenth of the limit, in a tenth of the time."""
    monkeypatch.setattr(wire, "MAX_FIELDS", wire.MAX_FIELDS // 10)
    started = time.monotonic()
    with pytest.raises(ConnectorError, match="fields"):
        read(write_registry(chunk(3, b"1") + b"\x32\x00" * (wire.MAX_FIELDS + 10)))
    assert time.monotonic() - started < 6


def test_a_flood_of_warnings_is_cut_short(write_registry: Write) -> None:
    data = registry_of().SerializeToString() + chunk(6, b"\xff") * 500
    warnings = read(write_registry(data)).warnings
    assert len(warnings) == 101
    assert warnings[-1] == "400 more problems are not listed."


def test_a_file_too_large_is_refused_unread(write_registry: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_locations, "MAX_BYTES", 100)
    with pytest.raises(ConnectorError, match="larger than") as caught:
        read(write_registry(registry_of(view("x" * 200))))
    assert "SQL registry" in caught.value.fix


@pytest.mark.parametrize("data", [b"\x00", b"\x0b", b"\x0a\x05abc", b"\x80" * 12, b"\x0d\x01", b"\x30\x01"])
def test_what_is_no_message_is_no_registry(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        split(chunk(3, b"1") + data)
