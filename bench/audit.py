"""What the chain of the audit log costs, on logs that hold more and more. `python -m bench.audit`

Sizes are entries that are stored already. `action` is one describe_feature, committed: `before` without the trigger
that makes entries wait for their seal, `after` with it, `sealing` with it while a worker seals every second beside it;
the three take turns. `sealed/s`, `verified/s` and `exported/s` are entries a second. The floor of verifying and
exporting reads every column of every entry with the bare driver, through a cursor on the server. `MB` is how much
memory the export added to the process.
"""

import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from bench import scratch

SIZES = (10_000, 100_000, 1_000_000)
ACTIONS, ROUNDS = 100, 3
FILLED = "charter_bench_audit_filled"
_STORED = """
INSERT INTO registry_auditentry (at, actor_name, token, action, object_type, object_id, object_key, changes, reason,
                                 request_id)
SELECT now() - (%s - n) * interval '1 s', 'user' || n %% 50, '', 'registry.describe_feature', 'feature',
       (1 + n %% 1000)::text, 'payments.user_txn_stats.avg_amount_' || n %% 1000,
       jsonb_build_object('description', jsonb_build_array(repeat('What it was. ', 5), repeat('What it is. ', 5))),
       'Clearer words', md5(n::text)
FROM generate_series(1, %s) AS n
"""
# What was written without the trigger would be found as forged.
_ANNOUNCED = """
INSERT INTO registry_waitingentry (entry_id)
SELECT id FROM registry_auditentry WHERE id > (SELECT max(entry_id) - 10000 FROM registry_seal)
    AND id NOT IN (SELECT entry_id FROM registry_seal) ON CONFLICT DO NOTHING
"""
_TRIGGER = "ALTER TABLE registry_auditentry {} TRIGGER {}"


def measure(stored: int) -> None:
    """One line of the table; works on the filled database that settings name."""
    from django.db import connection

    from governance.audit_export import FORMS, export_rows
    from governance.queries.audit import visible_audit
    from registry.chain.sealing import seal_waiting
    from registry.chain.verifying import verify_audit
    from registry.models import User

    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(_STORED, [stored, stored])
        cursor.execute("ANALYZE registry_auditentry, registry_waitingentry")
    sealing = scratch.seconds(seal_waiting)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_auditentry, registry_seal, registry_waitingentry")
    actions = _actions()
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCED)
    seal_waiting()
    floor = min(scratch.seconds(_read) for _ in range(ROUNDS))
    verifying = min(scratch.seconds(verify_audit) for _ in range(ROUNDS))
    auditor = User.objects.create(username="auditor", is_superuser=True)
    before = scratch.peak_megabytes()
    rates = []
    for form in ("jsonl", "csv"):
        response = FORMS[form](export_rows(visible_audit(auditor)))
        rates.append(scratch.seconds(lambda response=response: sum(map(len, response))))  # type: ignore[misc]
    grown = scratch.peak_megabytes() - before
    print(
        f"{stored:>9,} {actions['before']:9.2f} {actions['after']:9.2f} {actions['sealing']:9.2f}"
        f" {stored / sealing:10,.0f} {stored / floor:10,.0f} {stored / verifying:11,.0f} {verifying / floor:6.2f}"
        f" {stored / rates[0]:10,.0f} {stored / rates[1]:10,.0f} {grown:5.0f}",
        flush=True,
    )


def _actions() -> dict[str, float]:
    """Milliseconds of one action, by what is beside it: the median of all rounds."""
    took: dict[str, list[float]] = {"before": [], "after": [], "sealing": []}
    for turn in range(ROUNDS):
        for beside, times in took.items():
            with _beside(beside):
                times += [_act(f"{turn} {beside}", step) for step in range(ACTIONS)]
    return {name: statistics.median(times) * 1000 for name, times in took.items()}


def _act(turn: str, step: int) -> float:
    from registry.actions.features import describe_feature
    from registry.models import Feature

    feature = Feature.objects.order_by("pk")[step]
    words = f"What it says since round {turn}."
    return scratch.seconds(lambda: describe_feature(feature, description=words, actor=None))


@contextmanager
def _beside(what: str) -> Iterator[None]:
    from django.db import connection

    from common.statements import fetch

    ((name,),) = fetch("SELECT tgname FROM pg_trigger WHERE tgname LIKE %s", ["pgtrigger_audit_waits%"])
    over = threading.Event()
    sealer = threading.Thread(target=_seal_until, args=[over])
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGER.format("DISABLE" if what == "before" else "ENABLE", name))
    if what == "sealing":
        sealer.start()
    yield
    over.set()
    if what == "sealing":
        sealer.join()


def _seal_until(over: threading.Event) -> None:
    from django.db import connection

    from registry.chain.sealing import seal_waiting

    while not over.wait(1):
        seal_waiting()
    connection.close()


def _read() -> None:
    """Every column of every entry, in order, a span at a time."""
    from django.db import connection, transaction

    with transaction.atomic():
        raw: Any = connection.connection
        with raw.cursor("floor") as cursor:
            cursor.execute("SELECT * FROM registry_auditentry ORDER BY id")
            while cursor.fetchmany(20_000):
                pass


def main() -> None:
    with nullcontext() if "--step" in sys.argv else scratch.filled_database(FILLED, 1_000):
        scratch.run(
            "audit", measure, about=__doc__, sizes=SIZES, unit="entries that are stored",
            heading="   stored before ms  after ms   sealing   sealed/s     read/s  verified/s  ratio    jsonl/s"
            "      csv/s    MB",
            made=lambda name, stored: scratch.database(name, template=FILLED),
        )  # fmt: skip


if __name__ == "__main__":
    main()
