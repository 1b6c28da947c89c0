"""Parts of JSON data that others wrote: there or not, of the right kind or not, nothing in here fails."""

from typing import Any

Json = dict[str, Any]


def part(holder: object, name: str) -> Json:
    """The object under `name`; {} if there is none."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, dict) else {}


def parts(holder: object, name: str) -> list[Json]:
    """The objects in the list under `name`."""
    return [each for each in items(holder, name) if isinstance(each, dict)]


def members(holder: object, name: str) -> dict[str, Json]:
    """The objects in the object under `name`."""
    return {key: each for key, each in part(holder, name).items() if isinstance(each, dict)}


def items(holder: object, name: str) -> list[Any]:
    """What is in the list under `name`."""
    found = holder.get(name) if isinstance(holder, dict) else None
    return found if isinstance(found, list) else []


def text(holder: object, name: str) -> str:
    """The text under `name`, or a number as text; "" if there is neither."""
    found = holder.get(name) if isinstance(holder, dict) else None
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return found if isinstance(found, str) else str(found) if is_number else ""
