"""How Feast writes entity keys, event times and values into its online stores, as far as counting them needs.

Values stay bytes: whether one is null can be told without reading it, and nothing else is asked. Layouts: Feast 0.67,
entity keys of serialization version 3.
"""

import struct
from datetime import UTC, datetime, timedelta

import mmh3
from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from connectors.records import ViewTarget

# A `feast.types.Value` that says nothing: no field at all, null_val = NULL, and NaN, which Feast takes for null.
NULL_VALUES = (
    b"",
    b"\x98\x01\x00",
    *(b"\x35" + struct.pack("<I", bits) for bits in (0x7FC00000, 0xFFC00000)),  # float_val
    *(b"\x29" + struct.pack("<Q", bits) for bits in (0x7FF8 << 48, 0xFFF8 << 48)),  # double_val
)
NO_ENTITY = ("__dummy_id",)  # the join key of views without entities
STRING = 2  # feast.types.ValueType


def stored_names(target: ViewTarget) -> list[str]:
    """What an online store may call the view, the likelier name first.

    Feast writes version 1 and later under a name of their own if its registry says so, which only the store shows.
    """
    return [*([f"{target.view}_v{target.version}"] if target.version else []), target.view]


def field_of(view: str, feature: str) -> bytes:
    """The Redis hash field of a feature."""
    return struct.pack("<I", mmh3.hash(f"{view}:{feature}", signed=False))


def event_time(stamp: bytes) -> datetime | None:
    """A serialized google.protobuf.Timestamp; None for what is none, or lies beyond any calendar."""
    try:
        read = Timestamp.FromString(stamp)
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=read.seconds, microseconds=read.nanos // 1000)
    except (DecodeError, OverflowError):
        return None


def joined_by(key: bytes, project: bytes) -> tuple[str, ...] | None:
    """The join keys of an entity key that belongs to exactly this project; None for any other key.

    The end of a key is the project's name, and one project's name may end with another's. Only the structure tells:
    a count, then for each join key its name, then for each its value, and the rest must be the project and no more.
    """
    try:
        (count,) = struct.unpack_from("<I", key)
        at, names = 4, []
        for _ in range(count):
            (kind,) = struct.unpack_from("<I", key, at)
            name, at = _chunk(key, at + 4)
            if kind != STRING:
                return None
            names.append(name.decode())
        for _ in range(count):
            _, at = _chunk(key, at + 4)
    except (struct.error, UnicodeDecodeError):
        return None
    return tuple(names) if key[at:] == project else None


def _chunk(key: bytes, at: int) -> tuple[bytes, int]:
    """The bytes whose length is written at `at`, and the position after them."""
    (size,) = struct.unpack_from("<I", key, at)
    if at + 4 + size > len(key):
        raise struct.error("ends in the middle")
    return key[at + 4 : at + 4 + size], at + 4 + size
