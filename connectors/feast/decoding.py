"""From stored bytes to a protobuf message that is safe to read: nothing unknown in it, no NUL in its texts."""

from collections.abc import Iterator
from functools import cache
from typing import TypeVar

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet

from connectors.feast.notes import Notes

MAX_OBJECT_BYTES = 8 * 2**20
MYSQL_BLOB_BYTES = 65_535

M = TypeVar("M", bound=Message)


def decode(kind: type[M], data: object, where: str, notes: Notes) -> M | None:
    """The message in `data`, or None and a note that names `where` when it cannot be read.

    Pickled code sits in fields that registry.proto reserves: it is dropped here with everything else unknown.
    """
    if not isinstance(data, bytes) or len(data) > MAX_OBJECT_BYTES:
        notes.add(f"{where} holds no bytes, or more than {MAX_OBJECT_BYTES // 2**20} MB of them, and was skipped.")
        return None
    try:
        message = kind.FromString(data)
    except DecodeError:
        notes.add(f"{where} is damaged and was skipped.{_hint(data)}")
        return None
    _clean(message, data, where, notes)
    return message


def _hint(data: bytes) -> str:
    if len(data) != MYSQL_BLOB_BYTES:
        return ""
    return " It is exactly 65,535 bytes long: MySQL cut it off. Make the registry's proto columns LONGBLOB, then apply."


def _clean(message: Message, data: bytes, where: str, notes: Notes) -> None:
    """Drop unknown fields and NUL, and note the surprising ones. The walks are slow: they are taken only for cause."""
    message.DiscardUnknownFields()
    kept = message.SerializeToString()
    if len(kept) != len(data):
        for field in sorted(set(_unknown_fields(type(message).FromString(data)))):
            notes.unknown_field(field, where)
    if b"\0" in kept and sum(_strip_nul(part) for part in _parts(message)):
        notes.add(f"{where} had NUL characters in its texts; they were removed.")


def _parts(message: Message) -> Iterator[Message]:
    """The message and every message inside it."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if _is_map(field):
            inner = value.values() if field.message_type.fields_by_name["value"].message_type else ()
        else:
            inner = value if field.is_repeated else (value,)
        for part in inner:
            yield from _parts(part)


def _unknown_fields(message: Message) -> Iterator[str]:
    for part in _parts(message):
        reserved = _reserved(part.DESCRIPTOR)
        for unknown in UnknownFieldSet(part):
            if unknown.field_number not in reserved:
                yield f"{part.DESCRIPTOR.name} field {unknown.field_number}"


@cache
def _reserved(descriptor: Descriptor) -> frozenset[int]:
    declared = DescriptorProto()
    descriptor.CopyToProto(declared)
    return frozenset(number for span in declared.reserved_range for number in range(span.start, span.end))


def _strip_nul(message: Message) -> bool:
    """Remove NUL from the message's own texts; True when there was one. PostgreSQL cannot store it."""
    found = False
    for field, value in message.ListFields():
        if _is_map(field):
            found |= _strip_nul_from_map(value)
        elif field.type != FieldDescriptor.TYPE_STRING:
            continue
        elif field.is_repeated:
            for index, text in enumerate(value):
                found |= "\0" in text
                value[index] = text.replace("\0", "")
        elif "\0" in value:
            found = True
            setattr(message, field.name, value.replace("\0", ""))
    return found


def _strip_nul_from_map(value) -> bool:  # type: ignore[no-untyped-def]
    """`value` is a protobuf map; its type has no name in Python."""
    found = False
    for key in [key for key in value if "\0" in key]:
        found = True
        held = value[key]
        if isinstance(held, Message):
            value[key.replace("\0", "")].CopyFrom(held)
        else:
            value[key.replace("\0", "")] = held
        del value[key]
    for key in list(value):
        held = value[key]
        if isinstance(held, str) and "\0" in held:
            found = True
            value[key] = held.replace("\0", "")
    return found


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry
