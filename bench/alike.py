"""Times the search for near-duplicates, beside its floor: `python -m bench.alike`

`typed` looks for what is much the same as a name that somebody types. Its floor asks the database alone: the 300
features whose names share most words, without looking at who may see them, and judging none. `pairs` compares all
features of one project that the user sees; its floor reads their names. Sizes are features in all.
"""

import statistics
from collections.abc import Callable
from typing import Any

from bench import scratch

SIZES = (10_000, 100_000)
ROUNDS = 5
NAMES = (
    "avg_settled_transaction_7d",
    "count_login_30d",
    "max_refund_amount_1d",
    "card_share_90d",
    "median_ride_trend_14d",
)
_RANKED = """
SELECT id FROM registry_feature, to_tsquery('english', %s) q
WHERE search @@ q ORDER BY ts_rank(search, q) DESC LIMIT 300
"""


def measure(size: int) -> None:
    """Two lines of the table; works on the filled database that settings name."""
    from django.db import connection

    from registry.alike.judging import Facts
    from registry.models import Feature, Project, User
    from registry.queries.alike import alike, near_duplicates

    actor = User.objects.get(username="bench")
    seen = Feature.objects.visible_to(actor).present().order_by()
    project = Project.objects.visible_to(actor).order_by("pk")[0]

    def floor() -> None:
        with connection.cursor() as cursor:
            for name in NAMES:
                cursor.execute(_RANKED, [" | ".join(f"{word}:A" for word in name.split("_"))])
                cursor.fetchall()

    def typed() -> None:
        for name in NAMES:
            alike(actor, Facts(name, entities=frozenset({"user"})))

    def names() -> None:
        list(seen.filter(project=project).values_list("name", "entity_names"))

    def pairs() -> None:
        near_duplicates(seen.filter(project=project), limit=20)

    for name, ours, least, times in (("typed", typed, floor, len(NAMES)), ("pairs", pairs, names, 1)):
        mine, bare = _middle(ours) / times, _middle(least) / times
        print(f"{size:>9,} {name:6} {mine * 1000:8.1f} {bare * 1000:8.1f} {mine / bare:6.2f}", flush=True)


def _middle(work: Callable[[], Any]) -> float:
    """Seconds, the middle of some rounds after one that does not count."""
    work()
    return statistics.median(scratch.seconds(work) for _ in range(ROUNDS))


def main() -> None:
    scratch.run(
        "alike", measure, about=__doc__, sizes=SIZES, unit="features in all", made=scratch.filled_database,
        heading=" features job     ours ms floor ms  ratio",
    )  # fmt: skip


if __name__ == "__main__":
    main()
