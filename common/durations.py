"""Durations as people type them: "2h", "90 m", "1d 4h", "45s", "2 weeks"."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_NAMES = {"sec": "s", "second": "s", "min": "m", "minute": "m", "hour": "h", "day": "d", "week": "w"}
_PART = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]+)")
_WHOLE = re.compile(rf"(?:{_PART.pattern}[\s,]*)+")


def parse_duration(text: str) -> timedelta:
    """The span that `text` says. Raises ValueError, with a way out in its message."""
    lowered = text.strip().lower()
    if not _WHOLE.fullmatch(lowered):
        raise ValueError(f"“{text}” is not a duration. Write it as 2h, 90m or 1d 4h.")
    return sum((_part(number, unit) for number, unit in _PART.findall(lowered)), timedelta())


def _part(number: str, unit: str) -> timedelta:
    letter = _NAMES.get(unit.removesuffix("s"), unit)
    if letter not in _UNITS:
        raise ValueError(f"“{unit}” is not a unit of time. Use s, m, h, d or w.")
    return timedelta(**{_UNITS[letter]: float(number)})


def compact_duration(span: timedelta) -> str:
    """The shortest text that `parse_duration` reads back as the same span: "25h" becomes "1d 1h"."""
    rest = int(span.total_seconds())
    parts = []
    for letter, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{letter}")
    return " ".join(parts) or "0s"
