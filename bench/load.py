"""Asks one address over and over on kept-alive connections, and says how long it took.

`wrk` where it is installed: it hardly costs anything itself. Otherwise threads of our own, which slow both floor and
ours down, so that ratios come out nearer to one than they are.
"""

import re
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

_UNITS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


@dataclass(frozen=True, slots=True)
class Load:
    """Milliseconds at the median and at the 99th of 100, and requests in a second."""

    p50: float
    p99: float
    rate: float


def load(
    url: str, headers: Mapping[str, str], *, connections: int, seconds: float, body: bytes | None = None
) -> Load:  # fmt: skip
    """Raises RuntimeError when any answer is not a 200. With a `body` it is sent as JSON by POST."""
    if shutil.which("wrk") and body is None:
        return _by_wrk(url, headers, connections, seconds)
    return _by_threads(url, headers, connections, seconds, body)


def _by_wrk(url: str, headers: Mapping[str, str], connections: int, seconds: float) -> Load:
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", *given, url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"{url}: {said}")
    p50, p99 = (_milliseconds(said, share) for share in ("50%", "99%"))
    return Load(p50, p99, float(said.partition("Requests/sec:")[2].split()[0]))


def _milliseconds(said: str, share: str) -> float:
    found = re.search(rf"{share}\s+([\d.]+)(us|ms|s)\b", said)
    if found is None:
        raise RuntimeError(f"wrk said nothing about {share}: {said}")
    return float(found[1]) * _UNITS[found[2]]


def _by_threads(url: str, headers: Mapping[str, str], connections: int, seconds: float, body: bytes | None) -> Load:
    times: list[float] = []
    problems: list[str] = []
    asked = (url, headers, seconds, times, problems, body)
    workers = [threading.Thread(target=_ask, args=asked) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if problems:
        raise RuntimeError(f"{url}: {problems[0]}")
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Load(cuts[49], cuts[98], len(times) / seconds)


def _ask(
    url: str, headers: Mapping[str, str], seconds: float, times: list[float], problems: list[str], body: bytes | None
) -> None:  # fmt: skip
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=30)
    path = f"{address.path}?{address.query}" if address.query else address.path
    until, is_warm = 0.0, False
    # The first answer counts for nothing, and two always count: a machine may be too slow for one in the time given.
    while not is_warm or len(times) < 2 or time.perf_counter() < until:
        started = time.perf_counter()
        connection.request("GET" if body is None else "POST", path, body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            problems.append(f"answered {answer.status}")
            return
        if is_warm:
            times.append((time.perf_counter() - started) * 1_000)
        else:
            is_warm, until = True, time.perf_counter() + seconds
