"""Which versions of Charter's client are supported: it is released with the server, and one release behind is fine."""

import re

import charter

_NUMBERS = re.compile(r"(\d+)\.(\d+)")


def newest() -> str:
    """The version that belongs to this server."""
    return charter.__version__


def is_supported(version: str) -> bool:
    """Of the same major release, and at most one minor release older."""
    seen, own = _NUMBERS.match(version), _NUMBERS.match(newest())
    if seen is None or own is None:
        return False
    major, minor = int(own[1]), int(own[2])
    return int(seen[1]) == major and int(seen[2]) >= minor - 1
