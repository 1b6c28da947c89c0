"""Our profile of one Parquet file beside the raw limits: `python -m bench.profile_offline [--rows 10000000]`.

scan          every value of every column decoded once
duckdb_bins   the same facts as ours by the plainest fast SQL: one pass of aggregates, one GROUP BY of 64 bins a column
ours          connectors.files, everything on: NaN and infinity told apart, 4,096 bins, quantiles, entities, freshness

Each case runs in a process of its own, three rounds in turn; the median counts. Process start is not in the seconds.
Where the machine has other work to do, the ratio of CPU seconds is the one to trust.
The target (docs/performance.md, row 12) is at most 1.2 times duckdb_bins and 512 MiB.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.records import Column, ViewTarget

THREADS = 2
KEYS = ("user_id", "event_timestamp")
FLOATS = [
    *(f"random() * {10**power} AS uniform_{power}" for power in range(6)),
    *(f"-ln(random() + 1e-12) * {10**power} AS skewed_{power}" for power in range(4)),
    *(f"CASE WHEN random() < 0.05 THEN NULL ELSE random() END AS sparse_{number}" for number in range(3)),
]
COLUMNS = [
    "range % 1000000 AS user_id",
    "TIMESTAMP '2026-01-01' + INTERVAL (range % 2592000) SECOND AS event_timestamp",
    *FLOATS,
    *(f"CAST(random() * {10**power} AS BIGINT) AS count_{power}" for power in (2, 3, 4)),
    "random() < 0.3 AS flag",
    "'label_' || CAST(random() * 500 AS INTEGER) AS label",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(timed(CASES[options.case], options.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "wide.parquet"
        write(file, options.rows)
        report(file, options.rows, options.rounds)


def write(file: Path, rows: int) -> None:
    with duckdb.connect(config={"threads": THREADS, "memory_limit": "2GB"}) as connection:
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SELECT setseed(0.42)")
        made = f"SELECT {', '.join(COLUMNS)} FROM range({rows})"
        connection.execute(f"COPY ({made}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")


def report(file: Path, rows: int, rounds: int) -> None:
    command = [sys.executable, "-m", "bench.profile_offline", "--file", str(file), "--case"]
    taken: dict[str, list[dict[str, float]]] = {case: [] for case in CASES}
    for _ in range(rounds):
        for case in CASES:
            done = subprocess.run([*command, case], check=True, capture_output=True, text=True)
            taken[case].append(json.loads(done.stdout))
    shape = f"{rows:,} rows x {len(COLUMNS)} columns, {file.stat().st_size / 1e6:,.0f} MB of zstd Parquet"
    print(f"{shape}, {THREADS} threads, median of {rounds}")
    print(f"{'case':<14}{'wall s':>8}{'cpu s':>8}{'x scan':>8}{'x bins':>8}{'x bins, cpu':>13}{'peak MiB':>10}")
    wall, cpu, mib = ({case: middle(taken[case], fact) for case in CASES} for fact in ("wall", "cpu", "mib"))
    for case in CASES:
        ratios = f"{wall[case] / wall['scan']:>8.2f}{wall[case] / wall['duckdb_bins']:>8.2f}"
        in_cpu = f"{cpu[case] / cpu['duckdb_bins']:>13.2f}"
        print(f"{case:<14}{wall[case]:>8.2f}{cpu[case]:>8.2f}{ratios}{in_cpu}{mib[case]:>10,.0f}")


def middle(runs: list[dict[str, float]], fact: str) -> float:
    return statistics.median(run[fact] for run in runs)


def timed(case: Callable[[Path], object], file: Path) -> dict[str, float]:
    started, worked = time.perf_counter(), time.process_time()
    case(file)
    return {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - worked,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def scan(file: Path) -> None:
    numbers = [column for column in _features() if column not in ("flag", "label")]
    sums = ", ".join(f"sum({column})" for column in ("user_id", *numbers))
    with _limited() as connection:
        connection.execute(
            f"SELECT {sums}, max(epoch(event_timestamp)), count_if(flag), max(length(label)) FROM '{file}'"
        ).fetchall()


def duckdb_bins(file: Path) -> None:
    numbers = [column for column in _features() if column not in ("flag", "label")]
    asked = ", ".join(
        f"count({c}), min({c}), max({c}), avg({c}), stddev_samp({c}), approx_count_distinct({c})" for c in numbers
    )
    others = "count(flag), count_if(flag), count(label), approx_count_distinct(label)"
    with _limited() as connection:
        head = "count(*), max(event_timestamp), approx_count_distinct(user_id)"
        facts = connection.execute(f"SELECT {asked}, {others}, {head} FROM '{file}'").fetchall()[0]
        for at, column in enumerate(numbers):
            low, high = facts[at * 6 + 1], facts[at * 6 + 2]
            connection.execute(
                f"SELECT least(63, floor(({column} - ?) / ?)) AS bin, count(*) FROM '{file}' GROUP BY bin",
                [low, (high - low) / 64],
            ).fetchall()


def ours(file: Path) -> None:
    columns = tuple(Column(name, name, "", is_personal=False) for name in _features())
    target = ViewTarget("bench", "wide", None, (KEYS[0],), columns, "file", file.name, timestamp_column=KEYS[1])
    FileStore(LocalFolder(file.parent)).read(target)


def _features() -> list[str]:
    names = [column.rpartition(" ")[2] for column in COLUMNS]
    return [name for name in names if name not in KEYS]


def _limited() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": THREADS, "memory_limit": "400MiB", "temp_directory": ""})


CASES: dict[str, Callable[[Path], object]] = {"scan": scan, "duckdb_bins": duckdb_bins, "ours": ours}

if __name__ == "__main__":
    main()
