"""Numbers, shares, durations and moments as people read them: exact, with their unit, unknown said as unknown.

Every function takes None for "the store does not say" and answers `UNKNOWN`; none of them raises on a number.
"""

from datetime import UTC, datetime, timedelta
from math import isfinite

UNKNOWN = "unknown"

Span = timedelta | float  # a bare number is seconds
Number = int | float

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def duration(span: Span | None) -> str:
    """The two largest units: "1 h 04 m", "3 d 4 h", "45 s", "850 ms". Cut, not rounded: an age never reads too old."""
    if span is None:
        return UNKNOWN
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    if not isfinite(seconds):
        return UNKNOWN
    return f"-{_duration(-seconds)}" if seconds < 0 else _duration(seconds)


def _duration(seconds: float) -> str:
    if seconds < 1:
        return "0 s" if seconds == 0 else f"{int(seconds * 1000)} ms" if seconds >= 0.001 else "<1 ms"
    whole = int(seconds)
    for size, unit, part, part_unit in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "m"), (_MINUTE, "m", 1, "s")):
        if whole >= size:
            count, rest = whole // size, whole % size // part
            is_exact_enough = rest == 0 or (size == _DAY and count >= 14)
            return f"{count} {unit}" if is_exact_enough else f"{count} {unit} {_padded(rest, part_unit)} {part_unit}"
    return f"{whole} s"


def _padded(count: int, unit: str) -> str:
    return str(count) if unit == "h" else f"{count:02d}"


def percent(fraction: Number | None) -> str:
    """A fraction between 0 and 1 as "0.7 %". A trace never reads as 0 and a gap never as 100."""
    if fraction is None or not isfinite(fraction):
        return UNKNOWN
    if 0 < fraction < 0.001:
        return "<0.1 %"
    if 0.999 < fraction < 1:
        return ">99.9 %"
    return f"{_trimmed(fraction * 100)} %"


def count(amount: int | None) -> str:
    """An exact whole number: "1,284"."""
    return UNKNOWN if amount is None else f"{amount:,}"


def compact(amount: Number | None) -> str:
    """A number short enough for a tile: exact below 10,000, then "12.3 k", "1.2 M", "3.4 B", "5 T"."""
    if amount is None or not isfinite(amount):
        return UNKNOWN
    if abs(amount) < 10_000:
        return f"{amount:,}" if isinstance(amount, int) else figure(amount)
    # 999,960 would round to "1000 k": a step is taken as soon as rounding reaches it.
    size, unit = next(step for step in _STEPS if abs(amount) >= step[0] * 0.99995)
    return f"{_trimmed(amount / size)} {unit}"


def size(amount: Number | None) -> str:
    """Bytes in steps of 1,024: "512 B", "1.5 KiB", "12.3 GiB"."""
    if amount is None or not isfinite(amount):
        return UNKNOWN
    steps = ("B", "KiB", "MiB", "GiB", "TiB")
    # 1,048,575 would round to "1024 KiB": a step is taken as soon as rounding reaches it.
    power = next((power for power in range(4, 0, -1) if abs(amount) >= 1024**power * 0.99995), 0)
    return f"{_trimmed(amount / 1024**power)} {steps[power]}"


def figure(value: Number | None) -> str:
    """A measured value with four significant digits: "41.87", "0.00123", "1.5e-07"."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if abs(value) >= 1e15:
        return f"{value:.4g}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def relative(at: datetime | None, *, now: datetime | None = None) -> str:
    """How long ago or how soon in one unit ("3 h ago", "in 5 h"); past 60 days the day itself says more."""
    if at is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    if abs(seconds) >= 60 * _DAY:
        return f"{at.astimezone(UTC):%-d %b %Y}"
    if abs(seconds) < 10:
        return "just now"
    largest = " ".join(_duration(abs(seconds)).split()[:2])
    return f"{largest} ago" if seconds > 0 else f"in {largest}"


def absolute(at: datetime) -> str:
    """The moment itself, in the one zone everybody shares: "20 Nov 2026, 12:04 UTC"."""
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"


def _trimmed(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
