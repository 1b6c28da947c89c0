"""What producers claim of datasets and their columns: in `tags` facets, and in descriptions, where Feast puts tags."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from registry.personal import claimed_class

LONGEST_SAID = 200
LONGEST_COLUMN = 500
# Feast puts the tags of a feature behind its description: "avg 7d [Tags: pii=false, tier=1]".
_IN_TEXT = re.compile(r"\[Tags: ([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that claims a class of a column; of the whole where the column is empty."""

    column: str
    privacy_class: str
    said: str


def tags_in(facet: object) -> Iterator[Tag]:
    """Claims of a `tags` facet, whatever it is about."""
    for one in _dicts(facet, "tags"):
        key, value, column = one.get("key"), one.get("value"), one.get("field") or ""
        if isinstance(key, str) and isinstance(column, str):
            yield from _claim(column, key, "" if value is None else str(value))


def described_in(schema: object) -> Iterator[Tag]:
    """Claims in the descriptions of a `schema` facet's fields."""
    for one in _dicts(schema, "fields"):
        name, text = one.get("name"), one.get("description")
        if isinstance(name, str) and isinstance(text, str):
            for tag in (tag for listed in _IN_TEXT.findall(text) for tag in listed.split(",")):
                yield from _claim(name, *_pair(tag))


def of_texts(column: str, texts: list[str]) -> Iterator[Tag]:
    """Claims of tags written as `key` or `key=value`."""
    for text in texts:
        yield from _claim(column, *_pair(text))


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.strip().partition("=")
    return key, value


def _claim(column: str, key: str, value: str) -> Iterator[Tag]:
    claimed = claimed_class(key, value)
    if claimed and len(column) <= LONGEST_COLUMN:
        said = key if value in ("", key) else f"{key}={value}"
        yield Tag(column, claimed, said[:LONGEST_SAID])


def _dicts(facet: object, name: str) -> Iterator[dict[str, Any]]:
    listed = facet.get(name) if isinstance(facet, dict) else None
    return (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else iter(())
