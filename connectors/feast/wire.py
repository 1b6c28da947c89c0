"""Splits one protobuf message into its fields, leaving each field's bytes undecoded.

A file registry is one message that holds everything. Split first, one broken object does not lose the rest, and a
hostile file cannot grow in memory before it is looked at.
"""

from collections.abc import Iterator

MAX_FIELDS = 2_000_000  # of one message; Feast's largest known registries hold tens of thousands
LENGTH_DELIMITED = 2
FIXED_SIZES = {1: 8, 5: 4}


def fields(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Yield (field number, bytes) in stored order; None stands for a value that is a number.

    Raises ValueError where the message is cut off or is no protobuf at all.
    """
    at = 0
    for _ in range(MAX_FIELDS):
        if at == len(data):
            return
        tag, at = _varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise ValueError(f"no field number at byte {at}")
        if wire_type == LENGTH_DELIMITED:
            size, at = _varint(data, at)
            yield number, data[at : _end(data, at, size)]
            at += size
        elif wire_type == 0:
            at = _varint(data, at)[1]
            yield number, None
        elif wire_type in FIXED_SIZES:
            at = _end(data, at, FIXED_SIZES[wire_type])
            yield number, None
        else:
            raise ValueError(f"unknown encoding at byte {at}")
    raise ValueError(f"more than {MAX_FIELDS:,} fields")


def text(data: bytes, *path: int) -> str:
    """The text at a path of field numbers, or "" where it cannot be reached; for naming what is broken."""
    try:
        for number in path:
            data = next(value for field, value in fields(data) if field == number and value is not None)
        return data.decode()
    except (ValueError, StopIteration):
        return ""


def _end(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise ValueError(f"ends in the middle of a field at byte {at}")
    return at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at` and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if at == len(data):
            raise ValueError("ends in the middle of a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError(f"a number longer than ten bytes at byte {at}")
