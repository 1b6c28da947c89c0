"""Weighs a running Charter: the memory of two granian workers, and the size of what they answer.

    python -m bench.footprint --sizes 1000 100000

Sizes are features of bench.fill. Each address gets the same number of requests, so that each worker has seen them all;
then the memory of both workers is added up. RSS counts pages that the workers share twice; PSS counts them once.
"""

import argparse
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench import scratch

SIZES = (1_000, 100_000)
ADDRESSES = ("/", "/search", "/search?q=refund", "/api/v1/features", "/api/v1/features?limit=200")
REQUESTS = 200
START_SECONDS = 60
LARGEST_KB = 150


@dataclass(frozen=True)
class Weights:
    """MB of both workers and their parent, before and after the requests; KB of each answer as it is, uncompressed."""

    started: float
    rss: float
    pss: float
    answers: dict[str, float]


@contextmanager
def served(env: Mapping[str, str], folder: Path) -> Iterator[tuple[int, int]]:
    """Granian with two workers, as `make run` starts it; its process and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, check=True, env=env)
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2"]
    with (folder / "web.log").open("w") as log:
        web = subprocess.Popen([*command, "portal.wsgi:application"], env=env, stdout=log, stderr=log)
    try:
        _wait_for(port, folder / "web.log")
        yield web.pid, port
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(timeout=30)


def _wait_for(port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            _get(port, "/healthz", {})
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"The server did not start within {START_SECONDS} s: {log.read_text()[-2000:]}")


def weigh(env: Mapping[str, str], folder: Path, token: str, session: str, requests: int = REQUESTS) -> Weights:
    """Ask every address over and over, and weigh. Raises RuntimeError when one does not answer with 200."""
    with served(env, folder) as (pid, port):
        started = _megabytes(pid, "VmRSS")
        answers: dict[str, float] = {}
        for address in ADDRESSES:
            is_api = address.startswith("/api/")
            headers = {"Authorization": f"Bearer {token}"} if is_api else {"Cookie": f"sessionid={session}"}
            for _ in range(requests):
                answers[address] = len(_get(port, address, headers)) / 1024
        return Weights(started, _megabytes(pid, "VmRSS"), _megabytes(pid, "Pss"), answers)


def _get(port: int, address: str, headers: Mapping[str, str]) -> bytes:
    """Over a connection of its own: the workers take turns by connection."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", address, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{address} answered {answer.status}: {body[:300]!r}")
    return body


def _megabytes(parent: int, what: str) -> float:
    """Of the process and its children, from Linux itself."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    file = "smaps_rollup" if what == "Pss" else "status"
    texts = [Path(f"/proc/{pid}/{file}").read_text() for pid in (str(parent), *children)]
    return sum(int(text.partition(f"{what}:")[2].split()[0]) for text in texts) / 1024


def _sign_in() -> str:
    """A session of the user `bench`."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from registry.models import User

    user = User.objects.get(username="bench")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "portal.login.AuthenticationBackend"
    session.create()
    return str(session.session_key)


def one_size(features: int, requests: int, *, template: str = "template0") -> Weights:
    with scratch.database("charter_bench_footprint", template=template) as url, tempfile.TemporaryDirectory() as folder:
        env = scratch.environment(url) | {
            "CHARTER_STATIC_ROOT": f"{folder}/static", "CHARTER_HOME": folder, "CHARTER_API_RATE": "1000000/min",
        }  # fmt: skip
        fill = [sys.executable, "-m", "bench.fill", str(features)]
        said = subprocess.run(fill, check=True, text=True, stdout=subprocess.PIPE, env=env).stdout
        token = said.rpartition("Token: ")[2].strip()
        ask = [sys.executable, "-m", "bench.footprint", "--sign-in"]
        session = subprocess.run(ask, check=True, text=True, stdout=subprocess.PIPE, env=env).stdout.split()[-1]
        return weigh(env, Path(folder), token, session, requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="features")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each address")
    parser.add_argument("--sign-in", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.sign_in:
        import django

        django.setup()
        return print(_sign_in())
    found = {features: one_size(features, chosen.requests) for features in chosen.sizes}
    print("features  started MB  after MB RSS  after MB PSS")
    for features, weights in found.items():
        print(f"{features:>8,} {weights.started:11.0f} {weights.rss:13.0f} {weights.pss:13.0f}")
    smallest, largest = found[min(found)], found[max(found)]
    print(f"largest / smallest: {largest.rss / smallest.rss:.2f} (at most 1.10)\n")
    print(f"{'answer':<32} KB, at most {LARGEST_KB}")
    for address, kilobytes in largest.answers.items():
        print(f"{address:<32} {kilobytes:8.1f}{'' if kilobytes <= LARGEST_KB else '  too large'}")
    return None


if __name__ == "__main__":
    main()
