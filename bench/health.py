"""Times what the clock does every minute: judging all views and their features. `python -m bench.health`

Sizes are features, ten to a view, of bench.fill. `first` judges views that hold made-up health, so that most are
written; `again` is the usual minute, in which next to nothing differs. There is no floor and no peer: what counts is
that a minute's work stays far below a minute, that `again` writes nothing, and that ten times the features send the
same statements.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

from bench import scratch
from bench.imports import Figures, measured

SIZES = (10_000, 100_000)


def judge(number: int | None = None) -> dict[str, int]:
    """Judge the first `number` views, or all as the clock does; how many changed."""
    from monitoring.actions.health import refresh_health
    from registry.models import FeatureView

    views = FeatureView.objects.all() if number is None else FeatureView.objects.filter(pk__lte=number)
    return {"changed_views": refresh_health(views)}


def _in_a_process() -> list[Figures]:
    """The first judgement and three more."""
    command = [sys.executable, "-m", "bench.health", "--step"]
    answer = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE)
    return [Figures(**figures) for figures in json.loads(answer.stdout.splitlines()[-1])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="features")
    parser.add_argument("--step", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        import django

        django.setup()
        return print(json.dumps([measured(judge).__dict__ for _ in range(4)]))
    print("features  first s  again s  CPU s  peak MB  statements  views changed: first, again")
    for features in chosen.sizes:
        with scratch.database("charter_bench_health") as url:
            os.environ |= scratch.environment(url)
            subprocess.run([sys.executable, "-m", "bench.fill", str(features)], check=True, stdout=subprocess.DEVNULL)
            first, *again = _in_a_process()
        seconds = statistics.median(figures.seconds for figures in again)
        busy = statistics.median(figures.busy for figures in again)
        changed = f"{first.counts['changed_views']:,}, {again[-1].counts['changed_views']:,}"
        print(f"{features:>8,} {first.seconds:8.3f} {seconds:8.3f} {busy:6.3f} {again[-1].megabytes:8.0f} "
              f"{again[-1].statements:>11}  {changed}")  # fmt: skip
    return None


if __name__ == "__main__":
    main()
