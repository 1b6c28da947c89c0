"""Values of fields: numbers, percents, durations and dates, and how they become a condition on a column."""

import re
from datetime import UTC, date, datetime, timedelta
from math import isfinite

from django.db.models import Q

from registry.search.grammar import Term

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(s|m|h|d|w)", re.IGNORECASE)
_NUMBER = re.compile(r"(-?\d{1,15}(?:\.\d{1,15})?(?:e-?\d{1,2})?)(%?)", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LOOKUPS = {"=": "exact", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
# What is young has a late date: an age turns every comparison round.
_TURNED = {"=": ">=", "^": ">=", ">": "<", ">=": "<=", "<": ">", "<=": ">=", "[]": "[]"}
_LONGEST = timedelta(days=36_500)


class LeftOut(ValueError):
    """This part of a query says nothing that can be looked up. The message tells the reader why."""


def as_number(text: str) -> float:
    """`3`, `0.05`, `5%` (0.05), `1e6`."""
    found = _NUMBER.fullmatch(text.strip())
    if not found or not isfinite(float(found[1])):
        raise LeftOut(f"{text!r} is not a number")
    return float(found[1]) / (100 if found[2] else 1)


def as_duration(text: str) -> timedelta:
    """`30s`, `15m`, `2h`, `7d`, `4w`; at most a hundred years."""
    found = _DURATION.fullmatch(text.strip())
    if not found:
        raise LeftOut(f"{text!r} is not an age such as 15m, 2h or 7d")
    return min(timedelta(**{_UNITS[found[2].lower()]: min(float(found[1]), 1e8)}), _LONGEST)


def as_moment(text: str) -> datetime:
    """`2026-11-20` or `2026-11-20T12:00`, in UTC."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise LeftOut(f"{text!r} is not a date such as 2026-11-20") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_age(text: str) -> bool:
    return _DURATION.fullmatch(text.strip()) is not None


def compared(column: str, term: Term, low: object, high: object = None) -> Q:
    """The column against one or, for a range, two values that were read from the term."""
    if term.op == "[]":
        return Q(**{f"{column}__gte": low, f"{column}__lte": high})
    if term.op not in _LOOKUPS:
        raise LeftOut(f"{term.name} cannot end in a star")
    return Q(**{f"{column}__{_LOOKUPS[term.op]}": low})


def number_is(column: str, term: Term) -> Q:
    """The column's number: `used:0`, `null:>5%`, `used:[1 TO 3]`."""
    return compared(column, term, as_number(term.value), as_number(term.upper) if term.op == "[]" else None)


def moment_is(column: str, term: Term, now: datetime) -> Q:
    """How long ago, or a date: `changed:<7d`, `changed:>2026-11-20`, `created:[30d TO 7d]`."""
    if not is_age(term.value):
        return _date_is(column, term)
    moments = [now - as_duration(text) for text in (term.value, term.upper) if text]
    return compared(column, Term(term.name, "", _TURNED[term.op]), min(moments), max(moments))


def _date_is(column: str, term: Term) -> Q:
    low = as_moment(term.value)
    if term.op == "[]":
        return compared(column, term, low, as_moment(term.upper))
    if term.op == "=":
        return Q(**{f"{column}__gte": low, f"{column}__lt": low + timedelta(days=1)})
    return compared(column, term, low)


def day_is(column: str, term: Term, today: date) -> Q:
    """A day to come: `sunset:<30d` is within 30 days, or overdue; `sunset:<2027-01-31`."""
    days = [_day(text, today) for text in (term.value, term.upper) if text]
    term = Term(term.name, "", "<=") if term.op == "=" and is_age(term.value) else term
    return compared(column, term, min(days), max(days))


def _day(text: str, today: date) -> date:
    return today + as_duration(text) if is_age(text) else as_moment(text).date()


def truth(term: Term) -> bool:
    """`true` or `false`, and the words people use for them."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if term.op != "=" or term.value.lower() not in words:
        raise LeftOut(f"{term.name} is true or false, such as {term.name}:true")
    return words[term.value.lower()]


def named(column: str, term: Term) -> Q:
    """The column's text in any case; the beginning of it before a star."""
    if term.op not in {"=", "^"}:
        raise LeftOut(f"{term.name} takes a name, such as {term.name}:{term.value or 'name'}")
    return Q(**{f"{column}__{'iexact' if term.op == '=' else 'istartswith'}": term.value})
