"""Entity keys and values of Feast's online stores, read: what holding both stores against each other needs.

Nobody but the comparison sees them, and columns of personal features are never asked for.
"""

import struct
from collections.abc import Iterable
from datetime import datetime

from connectors.feast.online_values import NULL_VALUES, STRING
from connectors.records import Scalar, ServedRow, ViewTarget

INT32, INT64 = 3, 4  # feast.types.ValueType
_VARINTS = {0x18: "int", 0x20: "int", 0x38: "bool", 0x40: "int"}  # int32_val, int64_val, bool_val, unix_timestamp_val


def served_rows(
    rows: Iterable[tuple[bytes, str, bytes | None, datetime | None]], target: ViewTarget
) -> list[ServedRow]:
    """Rows gathered by entity. What cannot be read is left out."""
    found: dict[bytes, ServedRow] = {}
    for key, feature, value, at in rows:
        if at is None:
            continue
        try:
            if key not in found:
                joined = key_of(key)
                found[key] = ServedRow(tuple(joined[name] for name in target.join_keys), at, {})
            found[key].values[feature] = value_of(value)
        except (ValueError, KeyError):
            continue
    return list(found.values())


def key_of(key: bytes) -> dict[str, str]:
    """Join keys and values of an entity key of serialization version 3. Raises ValueError for any other."""
    try:
        (count,) = struct.unpack_from("<I", key)
        at, names = 4, []
        for _ in range(count):
            _, name, at = _chunk(key, at)
            names.append(name.decode())
        values = []
        for _ in range(count):
            kind, value, at = _chunk(key, at)
            values.append(_text(kind, value))
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError("no entity key of version 3") from error
    return dict(zip(names, values, strict=True))


def value_of(written: bytes | None) -> Scalar:
    """A serialized `feast.types.Value` of one number, text or truth. Raises ValueError for lists and all else."""
    if written is None or written in NULL_VALUES:
        return None
    tag, rest = written[0], written[1:]
    try:
        if tag == 0x29:
            return float(struct.unpack("<d", rest)[0])
        if tag == 0x35:
            return float(struct.unpack("<f", rest)[0])
        if tag == 0x12:
            size, at = _varint(rest)
            return rest[at : at + size].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError("no value of Feast's") from error
    if tag not in _VARINTS:
        raise ValueError("no single value")
    number = _varint(rest)[0]
    signed = number - 2**64 if number >= 2**63 else number
    return bool(number) if _VARINTS[tag] == "bool" else signed


def _chunk(key: bytes, at: int) -> tuple[int, bytes, int]:
    kind, size = struct.unpack_from("<II", key, at)
    if at + 8 + size > len(key):
        raise struct.error("ends in the middle")
    return kind, key[at + 8 : at + 8 + size], at + 8 + size


def _text(kind: int, value: bytes) -> str:
    if kind == STRING:
        return value.decode()
    if kind in (INT32, INT64):
        return str(int.from_bytes(value, "little", signed=True))
    raise ValueError("a join key that is neither text nor a whole number")


def _varint(data: bytes) -> tuple[int, int]:
    value = 0
    for at, byte in enumerate(data[:10]):
        value |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return value, at + 1
    raise ValueError("a number that does not end")
