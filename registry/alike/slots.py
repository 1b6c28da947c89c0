"""A feature's name, taken apart: what is measured, how it is summed up, and over which time.

`avg_txn_amt_7d` and `mean_transaction_amount_week` have the same parts; `avg_amount_7d` and `avg_amount_30d` do not,
however alike they look: they are siblings.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[a-z]+|[0-9]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPAN = re.compile(r"(\d{1,5})(s|sec|m|min|h|hr|d|w|wk|mo|q|y|yr)s?\Z")
_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3_600, "hr": 3_600, "hour": 3_600,
    "d": 86_400, "day": 86_400, "w": 604_800, "wk": 604_800, "week": 604_800, "mo": 2_592_000, "month": 2_592_000,
    "q": 7_776_000, "quarter": 7_776_000, "y": 31_536_000, "yr": 31_536_000, "year": 31_536_000,
}  # fmt: skip
_EVERY = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
EVER = -1  # over the whole past

# What people write for the same, whatever they measure. Synonyms of the installation come on top.
GLOSSARY = {
    "avg": "average", "mean": "average", "cnt": "count", "number": "count", "num": "count", "nb": "count",
    "tot": "sum", "total": "sum", "maximum": "max", "highest": "max", "largest": "max", "minimum": "min",
    "lowest": "min", "smallest": "min", "latest": "last", "recent": "last", "earliest": "first", "initial": "first",
    "unique": "distinct", "uniq": "distinct", "nunique": "distinct", "stddev": "std", "stdev": "std", "sd": "std",
    "ratio": "rate", "pct": "rate", "percent": "rate", "percentage": "rate", "share": "rate", "frac": "rate",
    "fraction": "rate", "amt": "amount", "txn": "transaction", "trx": "transaction", "tx": "transaction",
    "trans": "transaction", "ts": "timestamp", "datetime": "timestamp", "dttm": "timestamp", "at": "timestamp",
    "on": "timestamp",
    "dt": "date", "identifier": "id", "cust": "customer", "addr": "address", "desc": "description", "qty": "quantity",
    "prev": "previous", "curr": "current", "usr": "user", "acct": "account", "bal": "balance", "yr": "year",
    "dob": "birthdate", "lat": "latitude", "lon": "longitude", "lng": "longitude", "temp": "temperature",
    "dest": "destination", "orig": "origin", "dep": "departure", "arr": "arrival", "avail": "available",
}  # fmt: skip
_SILENT = frozenset({"of", "the", "in", "for", "a", "an", "is", "by", "most", "over", "this", "past", "to"})
_HOW = frozenset(
    {"average", "count", "sum", "max", "min", "last", "first", "distinct", "std", "rate", "median", "rolling", "net",
     "gross"}
)  # fmt: skip
_QUANTILE = re.compile(r"p\d{1,3}\Z")


@dataclass(frozen=True, slots=True)
class Slots:
    """`what` are the words of what is measured; `how` its aggregation; `window` seconds, EVER, or None unsaid."""

    what: frozenset[str]
    how: frozenset[str]
    window: int | None


def slots(name: str, synonyms: Mapping[str, str], about: Iterable[str] = ()) -> Slots:
    """The parts of a name. `synonyms` are the installation's, {word: what it means}; `about` are the names of what it
    describes, which it need not repeat: the id of a customer is its customer_id."""
    words = _words(name, synonyms)
    for one in about:
        words = _without(words, _words(one, synonyms)) or words
    window, rest = _window(words)
    how = {word for word in rest if word in _HOW or _QUANTILE.match(word)}
    what = {stem(word) for word in rest if word not in how}
    return Slots(frozenset(what - {"timestamp"} or what), frozenset(how), window)


def _without(words: list[str], phrase: list[str]) -> list[str]:
    """The words without this phrase, where they have all of it in a row."""
    stems, wanted = [*map(stem, words)], [*map(stem, phrase)]
    for at in range(len(stems) - len(wanted) + 1):
        if wanted and stems[at : at + len(wanted)] == wanted:
            return words[:at] + words[at + len(wanted) :]
    return words


def _words(name: str, synonyms: Mapping[str, str]) -> list[str]:
    return [part for word in _split(name) for part in _meant(word, synonyms)]


def _split(name: str) -> list[str]:
    """Words and spans of time, in small letters."""
    found: list[str] = []
    for piece in re.split(r"[^A-Za-z0-9]+", _HUMP.sub("_", name)):
        word = piece.lower()
        found += [word] if _SPAN.match(word) or _QUANTILE.match(word) else _WORD.findall(word)
    return found


def _meant(word: str, synonyms: Mapping[str, str]) -> list[str]:
    meant = synonyms.get(word, word)
    return [GLOSSARY.get(one, one) for one in meant.split() if one not in _SILENT]


def _window(words: list[str]) -> tuple[int | None, list[str]]:
    """Over which time, and the words that do not say so."""
    window: int | None = None
    rest: list[str] = []
    at = 0
    while at < len(words):
        word, after = words[at], words[at + 1].removesuffix("s") if at + 1 < len(words) else ""
        if found := _SPAN.match(word):
            window = int(found[1]) * _SECONDS[found[2]]
        elif word.isdecimal() and after in _SECONDS:
            window, at = int(word) * _SECONDS[after], at + 1
        elif word in _EVERY:
            window = _EVERY[word]
        elif word in {"lifetime", "ever", "alltime"}:
            window = EVER
        elif word in {"week", "month", "year", "quarter"} and at == len(words) - 1 and rest:
            window = _SECONDS[word]
        else:
            rest.append(word)
        at += 1
    return window, rest


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending: enough to take orders for order and discharged for discharge."""
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 6), ("s", 4), ("e", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
