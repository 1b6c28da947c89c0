"""Durations as files write them: 15m, 2h, 7d."""

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def seconds(text: str) -> int:
    """`2h` is 7200. The schema has checked how it is written."""
    return int(text[:-1]) * UNITS[text[-1]]


def written(length: int) -> str:
    """The largest unit that loses nothing."""
    unit = next(unit for unit in reversed(UNITS) if length % UNITS[unit] == 0)
    return f"{length // UNITS[unit]}{unit}"
