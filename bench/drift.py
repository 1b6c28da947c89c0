"""Our profile with drift of one Parquet file beside the raw limits: `python -m bench.drift [--rows 100000 1000000]`

scan2         every value of both files, the current one and the reference, decoded once
duckdb_bins   the same facts by the plainest fast SQL: aggregates and 64 bins a column of the current file, the same
              bins of the reference, PSI of every numeric column
ours          connectors.files with days and drift as in every pull but the first: the reference is not read again,
              the last eight days are counted by day, and each feature is held against three things
ours_first    the first pull: cuts are learned and 63 days are counted
evidently     Evidently's DataDriftPreset with PSI on ten columns, in an environment of its own (--evidently its python)

Each case runs in a process of its own, three rounds in turn; the median counts. Process start and imports are not in
the seconds. The target (docs/performance.md, row 12) is at most 1.2 times duckdb_bins, 512 MiB, and 40 times faster
than Evidently.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from bench.profile_offline import KEYS, _features, _limited, middle, timed, write
from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.records import Column, Cuts, Profile, ViewReading, ViewTarget

SIZES = (100_000, 1_000_000, 10_000_000)
NUMBERS = [name for name in _features() if name not in ("flag", "label")]
EVIDENTLY = """
import json, resource, sys, time
import pandas as pd
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
columns = sys.argv[3].split(",")
started, worked = time.perf_counter(), time.process_time()
now, before = (pd.read_parquet(path, columns=columns) for path in sys.argv[1:3])
shape = DataDefinition(numerical_columns=columns)
report = Report([DataDriftPreset(num_method="psi")])
report.run(Dataset.from_pandas(now, shape), Dataset.from_pandas(before, shape)).dict()
print(json.dumps({"wall": time.perf_counter() - started, "cpu": time.process_time() - worked,
                  "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--evidently", help="the python of an environment that has it; without one it is left out")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        import scipy.stats  # noqa: F401  imports are not what is timed

        print(json.dumps(timed(CASES[options.case], options.folder)))
        return
    heads = ("wall s", "cpu s", "x scan2", "x bins", "x bins, cpu", "peak MiB")
    print(f"{'rows':>11} {'case':<12}{''.join(f'{head:>13}' for head in heads)}")
    for rows in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder), rows)
            report(Path(folder), rows, options.rounds, options.evidently)


def prepare(folder: Path, rows: int) -> None:
    """The current file, the reference, and what a first pull keeps of them."""
    write(folder / "now.parquet", rows)
    write(folder / "before.parquet", rows)
    found = FileStore(LocalFolder(folder)).read(target(folder, back=63))
    kept = {one.feature: [one.cuts.edges, one.cuts.parts] for one in found.profiles if one.cuts}
    (folder / "cuts.json").write_text(json.dumps(kept))


def report(folder: Path, rows: int, rounds: int, evidently: str | None) -> None:
    taken: dict[str, list[dict[str, float]]] = {case: [] for case in CASES}
    command = [sys.executable, "-m", "bench.drift", "--folder", str(folder), "--case"]
    for _ in range(rounds):
        for case, runs in taken.items():
            runs.append(_answer([*command, case]))
    if evidently:
        files = [str(folder / name) for name in ("now.parquet", "before.parquet")]
        taken["evidently"] = [_answer([evidently, "-c", EVIDENTLY, *files, ",".join(NUMBERS[:10])])]
    wall, cpu, mib = ({case: middle(runs, fact) for case, runs in taken.items()} for fact in ("wall", "cpu", "mib"))
    for case in taken:
        ratios = (wall[case] / wall["scan2"], wall[case] / wall["duckdb_bins"], cpu[case] / cpu["duckdb_bins"])
        figures = "".join(f"{value:>13.2f}" for value in (wall[case], cpu[case], *ratios))
        print(f"{rows:>11,} {case:<12}{figures}{mib[case]:>13,.0f}", flush=True)


def _answer(command: list[str]) -> dict[str, float]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def target(folder: Path, *, back: int) -> ViewTarget:
    columns = tuple(Column(name, name, "", is_personal=False) for name in _features())
    return ViewTarget(
        "bench", "wide", None, (KEYS[0],), columns, "file", "now.parquet", timestamp_column=KEYS[1], days_back=back
    )


def scan2(folder: Path) -> None:
    sums = ", ".join(f"sum({column})" for column in ("user_id", *NUMBERS))
    with _limited() as connection:
        for name in ("now", "before"):
            connection.execute(
                f"SELECT {sums}, max(epoch(event_timestamp)), count_if(flag), max(length(label)) "
                f"FROM '{folder}/{name}.parquet'"
            ).fetchall()


def duckdb_bins(folder: Path) -> list[float]:
    asked = ", ".join(
        f"count({c}), min({c}), max({c}), avg({c}), stddev_samp({c}), approx_count_distinct({c})" for c in NUMBERS
    )
    others = "count(flag), count_if(flag), count(label), approx_count_distinct(label)"
    head = "count(*), max(event_timestamp), approx_count_distinct(user_id)"
    found = []
    with _limited() as connection:
        facts = connection.execute(f"SELECT {asked}, {others}, {head} FROM '{folder}/now.parquet'").fetchall()[0]
        for at, column in enumerate(NUMBERS):
            low, high = facts[at * 6 + 1], facts[at * 6 + 2]
            counts = []
            for name in ("now", "before"):
                rows = connection.execute(
                    f"SELECT least(63, greatest(0, floor(({column} - ?) / ?))) AS bin, count(*) "
                    f"FROM '{folder}/{name}.parquet' WHERE {column} IS NOT NULL GROUP BY bin",
                    [low, (high - low) / 64],
                ).fetchall()
                counts.append(dict(rows))
            found.append(_psi(*counts))
    return found


def _psi(now: dict[float, int], before: dict[float, int]) -> float:
    totals = sum(now.values()), sum(before.values())
    pairs = [(now.get(at, 0) / totals[0] or 1e-4, before.get(at, 0) / totals[1] or 1e-4) for at in {*now, *before}]
    return sum((q - p) * math.log(q / p) for q, p in pairs)


def ours(folder: Path) -> None:
    kept = json.loads((folder / "cuts.json").read_text())
    cuts = {name: Cuts(tuple(edges), parts) for name, (edges, parts) in kept.items()}
    wanted = target(folder, back=8)
    columns = tuple(replace(column, cuts=cuts.get(column.name)) for column in wanted.columns)
    _compare(FileStore(LocalFolder(folder)).read(replace(wanted, columns=columns)))


def ours_first(folder: Path) -> None:
    _compare(FileStore(LocalFolder(folder)).read(target(folder, back=63)))


def _compare(reading: ViewReading) -> None:
    """Each feature against a reference, the days before and the same weekday, as refresh_drift does."""
    from monitoring.distances import corrected, distance

    def halves(one: Profile) -> list[tuple[list[int], list[int]]]:
        added = [list(map(sum, zip(*(day.counts for day in days), strict=True)))
                 for days in (one.days[:-1], one.days[1:], one.days[-1:])]  # fmt: skip
        return [(added[0], added[1]), (added[0], added[2]), (added[1], added[2])]

    pairs = [(one, pair) for one in reading.profiles if one.days for pair in halves(one)]
    ordered = [distance(*pair, "psi", is_ordered=bool(one.cuts and one.cuts.edges)) for one, pair in pairs]
    corrected([one.p for one in ordered])


CASES: dict[str, Callable[[Path], object]] = {
    "scan2": scan2, "duckdb_bins": duckdb_bins, "ours": ours, "ours_first": ours_first,
}  # fmt: skip

if __name__ == "__main__":
    main()
