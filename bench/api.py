"""The API beside its floor, in one run: `python -m bench.api` on a database that bench.fill has filled.

The floor is the same table through plain DRF: no middleware, no token, no permissions, no visibility (bench/floor.py).
Ours has all of them. Both are served by granian with two workers on this machine; floor and ours take turns, and each
figure is the median of the rounds. A running Feast REST registry over as many features can stand beside them as the
peer: `--feast http://localhost:6572/api/v1 --feast-feature view/feature --project p`.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from bench.fill import token  # noqa: E402  models need the set-up above
from bench.load import Load, load  # noqa: E402
from registry.models import Feature, User  # noqa: E402

START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Case:
    """One job: where floor and ours do it, how many connections ask, and what ratio is wanted of which figure."""

    name: str
    floor: str
    ours: str
    connections: int
    wanted: str = ""  # "rate 0.5": at least half the floor's; "p50 2.5": at most so many times the floor's


def cases(number: int) -> list[Case]:
    """Pages at the beginning, and deep in the list."""
    seen = Feature.objects.visible_to(User.objects.get(username="bench")).filter(gone_at=None)
    key = seen.order_by("pk")[0].key
    deep = Feature.objects.order_by("key").values_list("key", flat=True)[int(number * 0.9)]
    cursor = _cursor(deep)
    return [
        Case("one feature, c1", f"/one/{key}", f"/api/v1/features/{key}", 1),
        Case("one feature, c8", f"/one/{key}", f"/api/v1/features/{key}", 8, "rate 0.5"),
        Case("page of 50, c1", "/page", "/api/v1/features", 1, "p50 2.5"),
        Case("page of 50, c8", "/page", "/api/v1/features", 8),
        Case("deep page, c1", f"/page?after={deep}", f"/api/v1/features?{urlencode({'cursor': cursor})}", 1, "p50 2.5"),
    ]


def _cursor(key: str) -> str:
    from common.pagination import Place

    return Place("key", ("key",), (), 50).cursor((key,))


@contextmanager
def served(application: str) -> Iterator[str]:
    """Granian with two workers; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {"CHARTER_API_RATE": "1000000000/min", "CHARTER_LOG_LEVEL": "ERROR", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "1"]
    web = subprocess.Popen(
        [*command, "--port", str(port), "--no-access-log", "--log-level", "error", application], env=env
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"The server did not start within {START_SECONDS} s.")


def middle(runs: list[Load]) -> Load:
    return Load(*(statistics.median(getattr(run, name) for run in runs) for name in ("p50", "p99", "rate")))


def verdict(case: Case, floor: Load, ours: Load) -> str:
    """The ratio that is wanted, and whether it is kept."""
    if not case.wanted:
        return ""
    figure, limit = case.wanted.split()
    ratio = getattr(ours, figure) / getattr(floor, figure)
    is_kept = ratio >= float(limit) if figure == "rate" else ratio <= float(limit)
    sign = ">=" if figure == "rate" else "<="
    return f"{figure} {ratio:.2f}, wanted {sign} {limit}: {'kept' if is_kept else 'MISSED'}"


def compare(floor: str, ours: str, secret: str, chosen: list[Case], *, rounds: int, seconds: float) -> None:
    """Measure and print one line a case."""
    headers = {"Authorization": f"Bearer {secret}"}
    print(f"{'':<18}{'floor p50/p99 ms':>18}{'req/s':>8}{'ours p50/p99 ms':>19}{'req/s':>8}")
    for case in chosen:
        runs: list[tuple[Load, Load]] = [
            (
                load(floor + case.floor, {}, connections=case.connections, seconds=seconds),
                load(ours + case.ours, headers, connections=case.connections, seconds=seconds),
            )
            for _ in range(rounds)
        ]
        plain, full = middle([one for one, _ in runs]), middle([one for _, one in runs])
        print(
            f"{case.name:<18}{plain.p50:9.2f}/{plain.p99:8.2f}{plain.rate:8.0f}"
            f"{full.p50:10.2f}/{full.p99:8.2f}{full.rate:8.0f}  {verdict(case, plain, full)}",
            flush=True,
        )


def peer(feast: str, feature: str, project: str, *, seconds: float) -> None:
    """What Feast's own REST registry does with the same questions."""
    view, _, name = feature.partition("/")
    for label, path in (
        (f"Feast /features/{view}/{name}", f"/features/{view}/{name}?project={project}"),
        (f"Feast /feature_views/{view}", f"/feature_views/{view}?project={project}"),
        ("Feast /features?limit=50", f"/features?project={project}&limit=50"),
    ):
        for connections in (1, 8):
            found = load(feast + path, {}, connections=connections, seconds=seconds)
            print(f"{label}, c{connections}: {found.p50:.2f}/{found.p99:.2f} ms, {found.rate:.0f} req/s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of load for each figure")
    parser.add_argument("--feast", default="", help="address of a Feast REST registry to measure too")
    parser.add_argument("--feast-feature", default="", help="view/feature in it")
    parser.add_argument("--project", default="", help="its project")
    chosen = parser.parse_args()
    number = Feature.objects.count()
    if not number:
        sys.exit("This database is empty: fill it with `python -m bench.fill 10000`.")
    print(f"{number:,} features, {os.cpu_count()} processors")
    with served("bench.floor:application") as floor, served("portal.wsgi:application") as ours:
        compare(floor, ours, token(), cases(number), rounds=chosen.rounds, seconds=chosen.seconds)
    if chosen.feast:
        peer(chosen.feast, chosen.feast_feature, chosen.project, seconds=chosen.seconds)


if __name__ == "__main__":
    main()
