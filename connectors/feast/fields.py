"""Feast's fields, types and times as plain values."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.timestamp_pb2 import Timestamp

from connectors.feast import registry_pb2 as pb
from connectors.records import FeatureRecord

UNKNOWN = "unknown"
WORDS = {"DOUBLE": "float64", "FLOAT": "float32", "VALUE": "any", "INVALID": UNKNOWN}


def _word(name: str) -> str:
    if name.endswith("_LIST"):
        return f"array<{_word(name.removesuffix('_LIST'))}>"
    if name.endswith("_SET"):
        return f"set<{_word(name.removesuffix('_SET'))}>"
    return WORDS.get(name, name.lower())


DTYPES = {number: _word(name) for name, number in pb.ValueType.Enum.items()}


def features(specs: Iterable[pb.Field]) -> tuple[FeatureRecord, ...]:
    return tuple(
        FeatureRecord(
            spec.name,
            DTYPES.get(spec.value_type, UNKNOWN),
            spec.description,
            texts(spec.tags),
            spec.vector_length if spec.vector_length > 0 else None,
            spec.vector_search_metric,
        )
        for spec in specs
    )


def texts(held: Mapping[str, str]) -> dict[str, str]:
    """A protobuf map as a dict; dict() would go through three layers of Python for each."""
    return {key: held[key] for key in held} if held else {}


def moment(stamp: Timestamp) -> datetime | None:
    """UTC, or None for "never" and for times that no calendar holds."""
    if not stamp.seconds and not stamp.nanos:
        return None
    try:
        return datetime.fromtimestamp(stamp.seconds, UTC) + timedelta(microseconds=stamp.nanos // 1000)
    except (OverflowError, OSError, ValueError):
        return None


def span(duration: Duration) -> timedelta | None:
    """None where Feast says zero, which it takes as "for ever", or something no calendar holds."""
    try:
        length = timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000)
    except OverflowError:
        return None
    return length if length > timedelta(0) else None


def seconds(duration: Duration) -> float:
    length = span(duration)
    return length.total_seconds() if length else 0.0


def word(enum: EnumTypeWrapper, number: int) -> str:
    """The name of an enum's value; of one that is newer than this connector, its number."""
    value = enum.DESCRIPTOR.values_by_number.get(number)
    return value.name if value else str(number)
