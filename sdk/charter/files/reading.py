"""YAML text into plain data, with the line of everything. Files are strangers' until they are checked.

YAML 1.2's core schema: `no` and `on` are words, dates are texts. Anchors, aliases and tags are refused, because they
build bombs and objects; so are repeated keys, of which other readers silently keep the last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from charter.files.faults import Fault, pointer_to

# A file of 10 MB is some 40,000 features: more than anybody reviews.
MOST_BYTES = 10 * 1024 * 1024
DEEPEST = 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_LONGEST_NUMBER = 40
# What would break a terminal, a database or an eye: control characters, and marks that turn the direction of text.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(slots=True)
class Document:
    """One document of a file. `data` is made of dict, list, str, int, float, bool and None."""

    path: str
    data: Any
    line: int
    lines: dict[int, Any] = field(default_factory=dict)  # id of a dict or list -> the line of each of its members

    def line_of(self, place: "list[str | int] | tuple[str | int, ...]") -> int:
        """Where the value at this place begins; the nearest known place above it when it is not there."""
        line, value = self.line, self.data
        for part in place:
            held = self.lines.get(id(value))
            if held is None or (part not in held if isinstance(held, dict) else not _is_in(part, held)):
                break
            line, value = held[part], value[part]
        return line

    def fault(self, place: "list[str | int] | tuple[str | int, ...]", code: str, message: str) -> Fault:
        return Fault(self.path, self.line_of(place), pointer_to(place), code, message)


class Refused(Exception):
    """A file that cannot be read. Carries the one fault that ended it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def read(path: str, text: str) -> list[Document]:
    """The documents of one file.

    Raises Refused: too large, no YAML, or YAML that asks for more than data.
    """
    if len(text) > MOST_BYTES:
        raise Refused(Fault(path, 0, "", "too_large", f"Larger than {MOST_BYTES // 1024**2} MB. Split it."))
    if found := _FORBIDDEN.search(text, 1 if text.startswith("\ufeff") else 0):
        line = text.count("\n", 0, found.start()) + 1
        said = f"A character that nobody sees, U+{ord(found[0]):04X}. Take it out."
        raise Refused(Fault(path, line, "", "hidden_character", said))
    try:
        return list(_documents(path, text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = f"This is no YAML: {error.problem or error.context}."
        raise Refused(Fault(path, mark.line + 1 if mark else 0, "", "syntax", said)) from None
    except yaml.YAMLError as error:
        raise Refused(Fault(path, 0, "", "syntax", f"This is no YAML: {error}.")) from None


def _documents(path: str, text: str) -> Iterator[Document]:
    events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            first = next(events)
            document = Document(path, None, first.start_mark.line + 1)
            document.data = _value(first, events, document, ())
            if document.data is not None:  # nothing between two lines of dashes
                yield document


def _value(event: Any, events: Iterator[Any], document: Document, place: tuple[str | int, ...]) -> Any:
    line = event.start_mark.line + 1
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise _refused(document, line, place, "alias", "Anchors and aliases (& and *) are not read. Write it out.")
    if event.tag is not None and event.tag != "!":
        raise _refused(document, line, place, "tag", f"Tags such as {event.tag} are not read. Write plain values.")
    if len(place) > DEEPEST:
        raise _refused(document, line, place, "too_deep", f"Nested deeper than {DEEPEST} levels.")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, document, line, place)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, document, place)
    return _mapping(events, document, place)


def _sequence(events: Iterator[Any], document: Document, place: tuple[str | int, ...]) -> list[Any]:
    found: list[Any] = []
    lines: list[int] = []
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        lines.append(event.start_mark.line + 1)
        found.append(_value(event, events, document, (*place, len(found))))
    document.lines[id(found)] = lines
    return found


def _mapping(events: Iterator[Any], document: Document, place: tuple[str | int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        line = event.start_mark.line + 1
        key = _value(event, events, document, place)
        if not isinstance(key, str):
            raise _refused(document, line, place, "key", f"Keys are texts; this one is {str(key)[:40]}.")
        if key in found:
            said = f"{key[:60]} is here twice, first on line {lines[key]}. Keep one."
            raise _refused(document, line, (*place, key), "repeated", said)
        value = next(events)
        lines[key] = line
        found[key] = _value(value, events, document, (*place, key))
    document.lines[id(found)] = lines
    return found


def _scalar(event: Any, document: Document, line: int, place: tuple[str | int, ...]) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.match(text):
        return text
    if len(text) > _LONGEST_NUMBER:
        raise _refused(document, line, place, "number", "A number of more digits than anything keeps.")
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _is_in(part: str | int, held: list[int]) -> bool:
    return isinstance(part, int) and 0 <= part < len(held)


def _refused(document: Document, line: int, place: tuple[str | int, ...], code: str, message: str) -> Refused:
    return Refused(Fault(document.path, line, pointer_to(place), code, message))
