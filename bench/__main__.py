"""Run the benchmarks, ours beside the floor: `python -m bench [name …] [--sizes …]`.

Every benchmark is a module of its own with its own options; this runs them one after the other, each in a process of
its own, with what it needs. Results belong into docs/performance.md.
"""

import argparse
import subprocess
import sys
from importlib.util import find_spec

from bench import scratch

# Each with the sizes it takes when asked for none; () for those whose size is fixed.
BENCHES: dict[str, tuple[int, ...]] = {
    "imports": (100, 1_000, 10_000),
    "feast_definitions": (10_000,),
    "search": (100_000, 1_000_000),
    "api": (10_000, 100_000, 1_000_000),
    "health": (10_000, 100_000),
    "incidents": (2_000, 20_000),
    "plans": (100, 1_000, 10_000),
    "usage": (10_000, 100_000, 1_000_000),
    "audit": (10_000, 100_000, 1_000_000),
    "alike": (10_000, 100_000),
    "lineage": (10_000, 100_000),
    "lineage_graph": (10_000, 100_000, 1_000_000),
    "footprint": (1_000, 100_000),
    "profile_offline": (),
}
# These measure the database that DATABASE_URL names, so that it is filled for them.
ON_FILLED = ("search", "api")


def run(name: str, sizes: tuple[int, ...]) -> None:
    """One benchmark at these sizes. Raises CalledProcessError when it fails."""
    print(f"\n== {name}", flush=True)
    command = [sys.executable, "-m", f"bench.{name}"]
    if name in ON_FILLED:
        for size in sizes:
            with scratch.database(f"charter_bench_{name}") as url:
                env = scratch.environment(url)
                subprocess.run([sys.executable, "-m", "bench.fill", str(size)], check=True, env=env)
                subprocess.run(command, check=True, env=env)
    elif name == "feast_definitions":
        for size in sizes:
            subprocess.run([*command, "--views", str(size)], check=True)
    else:
        subprocess.run([*command, *(["--sizes", *map(str, sizes)] if sizes else [])], check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHES))
    parser.add_argument("--sizes", type=int, nargs="+", default=[], help="instead of each benchmark's own")
    chosen = parser.parse_args()
    here = [name for name in BENCHES if find_spec(f"bench.{name}")]
    if unknown := set(chosen.names) - set(here):
        parser.error(f"There is no benchmark called {', '.join(sorted(unknown))}. Choose from: {', '.join(here)}.")
    failed = []
    for name in chosen.names or here:
        try:
            run(name, tuple(chosen.sizes) if BENCHES[name] and chosen.sizes else BENCHES[name])
        except subprocess.CalledProcessError as error:
            print(f"{name} failed: {' '.join(map(str, error.cmd))}")
            failed.append(name)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
