"""Search against its floors, in one run: `python -m bench.search` on a database that bench.fill has filled.

A floor is the barest SQL for the job on the same tables, without visibility, states, synonyms, factors, highlights or
totals. What counts is the ratio beside it, never the milliseconds. One connection; floor and ours take turns, text by
text, so that what else the machine does falls on both.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from django.db import connection  # noqa: E402  models need the set-up above
from django.utils import timezone  # noqa: E402

from registry.models import Feature, User  # noqa: E402
from registry.search import search  # noqa: E402
from registry.search.asking import ask  # noqa: E402
from registry.search.facets import facets_of  # noqa: E402
from registry.search.fields import Scope  # noqa: E402
from registry.search.grammar import parse  # noqa: E402

TEXTS = (
    "chargeback", "refund ratio", "avg settled transaction", "first login count 7d", "merchant loan std",
    "median weekend trip", "coupon", "invoice max 30d", "night ride trend", "foreign withdrawal sum",
    "device session", "parcel delay rank", "card refund share 90d", "mobile click", "temperature",
)  # fmt: skip
BEGINNINGS = ("charge", "transf", "withdr", "temper", "impres", "discou")
MISSPELLED = {"chargebck": "chargeback", "refnud": "refund", "transction": "transaction", "withdrawl": "withdrawal",
              "temprature": "temperature", "impresion": "impression", "shipmnet": "shipment"}  # fmt: skip

RANKED = """
SELECT id, ts_rank(search, q) * ln(2 + models_count) AS score FROM registry_feature, to_tsquery('english', %s) q
WHERE search @@ q ORDER BY score DESC LIMIT 50
"""
CAPPED = """
SELECT id, ts_rank(search, q) * ln(2 + models_count) AS score
FROM (SELECT id, search, models_count FROM registry_feature, to_tsquery('{0}', %s) q WHERE search @@ q LIMIT 2000) held,
     to_tsquery('{0}', %s) q
ORDER BY score DESC LIMIT 50
"""
NEAREST = "SELECT word FROM registry_word WHERE word %% %s ORDER BY similarity(word, %s) DESC LIMIT 1"
FACETS = "state, health, privacy_class, entity_names, store, is_online"
SETS = ", ".join(f"({column})" for column in FACETS.split(", "))
ON_SEARCH = f"""
SELECT {FACETS}, count(*) FROM registry_feature, to_tsquery('english', %s) q WHERE search @@ q
GROUP BY GROUPING SETS ({SETS})
"""
ROLLUP = f"SELECT {FACETS}, sum(features) FROM registry_facetcount GROUP BY GROUPING SETS ({SETS})"


@dataclass(frozen=True)
class Row:
    """One job: its floor, ours, the largest ratio to it that is allowed, and milliseconds allowed on top."""

    name: str
    texts: Sequence[str]
    floor: Callable[[str], int]
    ours: Callable[[str], int]
    ratio: float
    slack: float = 0.0
    at_p50: bool = False


def sql(statement: str, *params: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def anded(text: str) -> str:
    return " & ".join(text.split())


def ranked(text: str) -> int:
    return len(sql(RANKED, anded(text)))


def capped(text: str) -> int:
    return len(sql(CAPPED.format("english"), anded(text), anded(text)))


def begun(text: str) -> int:
    return len(sql(CAPPED.format("simple"), f"{text}:*", f"{text}:*"))


def respelled(text: str) -> int:
    nearest = sql(NEAREST, text, text)
    return capped(str(nearest[0][0])) if nearest else 0


def counted(text: str) -> int:
    return len(sql(ON_SEARCH, anded(text)))


def rolled_up(_text: str) -> int:
    return len(sql(ROLLUP))


def rows(user: User) -> list[Row]:
    def found(text: str) -> int:
        return len(search(user, text).hits)

    def counts(text: str) -> int:
        return len(facets_of(ask(parse(text), None, Scope(user, timezone.now()))))

    return [
        Row("3 search: fts_ranked", TEXTS, ranked, found, 1.5, 5),
        Row("4 search: fts_capped", TEXTS, capped, found, 1.5, 5),
        Row("5 typo: typo_vocab", list(MISSPELLED), respelled, found, 2),
        Row("5 prefix: prefix_capped", BEGINNINGS, begun, lambda text: found(f"{text}*"), 1.5),
        Row("6 facets, nothing asked: rollup", [""], rolled_up, counts, 1.5, at_p50=True),
        Row("6 facets of a search: grouping_sets", TEXTS, counted, counts, 2, at_p50=True),
    ]


@dataclass(frozen=True)
class Taken:
    """Milliseconds, and how many rows came back in all. `slowest` is the median of the text that takes longest."""

    p50: float
    p99: float
    slowest: float
    answers: int

    def __str__(self) -> str:
        return f"{self.p50:7.2f} {self.p99:7.2f} {self.slowest:7.2f} {self.answers:5}"


def taken(times: Sequence[Sequence[float]], answers: int) -> Taken:
    """From the times of each text."""
    every = [one for of_text in times for one in of_text]
    p99 = statistics.quantiles(every, n=100, method="inclusive")[98]
    return Taken(statistics.median(every), p99, max(map(statistics.median, times)), answers)


def timed(row: Row, rounds: int) -> tuple[Taken, Taken]:
    """The floor and ours, asked for each text `rounds` times after one to warm up."""
    jobs = (row.floor, row.ours)
    answers = [sum(job(text) for text in row.texts) for job in jobs]
    times: tuple[list[list[float]], list[list[float]]] = ([[] for _ in row.texts], [[] for _ in row.texts])
    for _ in range(rounds):
        for at, text in enumerate(row.texts):
            for job, spent in zip(jobs, times, strict=True):
                started = time.perf_counter()
                job(text)
                spent[at].append((time.perf_counter() - started) * 1000)
    return taken(times[0], answers[0]), taken(times[1], answers[1])


def shares(row: Row, floor: Taken, ours: Taken) -> str:
    """Of what the target allows. A busy machine spoils the p99 of both; the slowest text's median stands it better."""
    if row.at_p50:
        return f"{ours.p50 / (floor.p50 * row.ratio):.0%} at p50"
    allowed = [one * row.ratio + row.slack for one in (floor.p99, floor.slowest)]
    return f"{ours.p99 / allowed[0]:.0%} at p99, {ours.slowest / allowed[1]:.0%} at the slowest text"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="times that each text is asked for")
    chosen = parser.parse_args()
    user = User.objects.get(username="bench")
    print(f"{Feature.objects.count():,} features, load {os.getloadavg()[0]:.1f}; ms: p50, p99, slowest text; rows\n")
    print(f"{'target: floor':36} {'floor':>29} {'ours':>29}  of what is allowed")
    for row in rows(user):
        floor, ours = timed(row, chosen.rounds * max(1, 10 // len(row.texts)))
        print(f"{row.name:36} {floor} {ours}  {shares(row, floor, ours)}")


if __name__ == "__main__":
    main()
