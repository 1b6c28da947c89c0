"""Times reports of reads: batches of 5,000 events, on tables that hold more and more. `python -m bench.usage`

Sizes are days of reads that are stored already, one row each. `floor` copies the same events into a temporary table and
inserts their sums with one statement, without looking at anything. `again` sends a batch that was counted before.
"""

import statistics
from datetime import UTC, datetime
from typing import Any

from bench import scratch

SIZES = (10_000, 100_000, 1_000_000)
EVENTS, ROUNDS = 5_000, 5
_STORED = """
INSERT INTO registry_readday (consumer_id, feature_id, number, day, reads, last_at, token_name)
SELECT consumer.id, feature.id, 1, current_date - 40 - step, 1, now(), 'bench'
FROM registry_consumer consumer, registry_feature feature, generate_series(1, %s) AS step
WHERE consumer.name LIKE 'model%%' LIMIT %s
"""
_FLOOR = """
INSERT INTO registry_readday AS held (consumer_id, feature_id, number, day, reads, last_at, token_name)
SELECT consumer, feature, 1, day, sum(reads), max(at), 'bench' FROM sent GROUP BY consumer, feature, day
ON CONFLICT (feature_id, day, consumer_id, number) DO UPDATE SET reads = held.reads + excluded.reads
"""


def measure(stored: int) -> None:
    """One line of the table; works on the filled database that settings name."""
    from django.db import connection

    from registry.actions.reads import Event, report_reads
    from registry.models import Consumer, Feature, User

    actor = User.objects.create(username="reporter", is_superuser=True)
    Consumer.objects.bulk_create(Consumer(kind="model", name=f"model{number}") for number in range(50))
    features = list(Feature.objects.exclude(state="draft").values_list("pk", "key")[:1_000])
    with connection.cursor() as cursor:
        cursor.execute(_STORED, [stored // 500_000 + 1, stored])
        cursor.execute("ANALYZE registry_readday")
    now = datetime.now(UTC)

    def batch(name: str) -> list[Any]:
        return [
            Event(f"{name}-{n}", f"model:model{n % 50}", features[n * 7 % 1_000][1], 3, now) for n in range(EVENTS)
        ]  # fmt: skip

    def floor() -> None:
        ids = dict(Consumer.objects.filter(name__startswith="model").values_list("name", "pk"))
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE sent (consumer bigint, feature bigint, day date, reads int, at timestamptz)"
            )
            with cursor.copy("COPY sent FROM STDIN") as copy:
                for n in range(EVENTS):
                    copy.write_row((ids[f"model{n % 50}"], features[n * 7 % 1_000][0], now.date(), 3, now))
            cursor.execute(_FLOOR)
            cursor.execute("DROP TABLE sent")

    def ours_of(prefix: str) -> float:
        return scratch.seconds(lambda: report_reads(batch(prefix), actor=actor, token_name="bench"))  # noqa: S106

    ours = [ours_of(f"r{n}") for n in range(ROUNDS)]
    again = [ours_of("r0") for _ in range(ROUNDS)]
    floors = [scratch.seconds(floor) for _ in range(ROUNDS)]
    middle, least = statistics.median(ours), statistics.median(floors)
    print(f"{stored:>9,} {middle:8.3f} {least:8.3f} {middle / least:6.2f} {statistics.median(again):8.3f}", flush=True)


def main() -> None:
    scratch.run(
        "usage", measure, about=__doc__, sizes=SIZES, unit="days of reads that are stored",
        heading="   stored   ours s  floor s  ratio  again s",
        made=lambda name, stored: scratch.filled_database(name, 10_000),
    )  # fmt: skip


if __name__ == "__main__":
    main()
