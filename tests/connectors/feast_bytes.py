"""What Feast 0.67 writes, written by hand: entity keys, event times and values, as its documentation lays them out."""

import struct
from datetime import datetime

import mmh3
from google.protobuf.timestamp_pb2 import Timestamp

NULL = b""
NULL_SET = b"\x98\x01\x00"  # null_val = NULL


def entity_key(**joined: int | str) -> bytes:
    """Serialization version 3: a count, the sorted join keys, their values."""
    names = [struct.pack("<II", 2, len(name)) + name.encode() for name in sorted(joined)]
    return struct.pack("<I", len(joined)) + b"".join(names) + b"".join(_key_value(joined[n]) for n in sorted(joined))


def _key_value(value: int | str) -> bytes:
    if isinstance(value, int):
        return struct.pack("<IIq", 4, 8, value)
    return struct.pack("<II", 2, len(value.encode())) + value.encode()


def number(value: float) -> bytes:
    return b"\x29" + struct.pack("<d", value)


def stamp(moment: datetime) -> bytes:
    written = Timestamp()
    written.FromDatetime(moment)
    return written.SerializeToString()


def redis_hash(view: str, moment: datetime, **values: bytes) -> dict[bytes, bytes]:
    """The fields of one view in an entity's hash."""
    fields = {struct.pack("<I", mmh3.hash(f"{view}:{name}", signed=False)): value for name, value in values.items()}
    return {f"_ts:{view}".encode(): stamp(moment), **fields}
