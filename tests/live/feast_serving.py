"""Real Feast as a server of features with its metrics, and a real Prometheus that scrapes it."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from demo.environment import feast_python
from tests.live.feast_repository import FeastRepository
from tests.live.third_parties import free_port

METRICS_PORT = 8000  # Feast 0.67 takes no other
PATIENCE = 90.0


def eventually(said: Callable[[], Any]) -> Any:
    """The first answer that is not empty."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if found := said():
                return found
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    raise AssertionError("It did not happen in time.")


def is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[None]:
    """A program, and all that it started, until the context ends."""
    with (folder / f"{Path(arguments[0]).name}.log").open("w") as log:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PROMETHEUS")}
        settings = {**kept, "TZ": "UTC", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        one = subprocess.Popen(arguments, cwd=folder, env=settings, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(one.pid, 15)
            one.wait(30)


@contextmanager
def feature_server(repository: FeastRepository) -> Iterator[str]:
    """`feast serve --metrics`; where it answers."""
    port = free_port()
    feast = str(feast_python().parent / "feast")
    with running(repository.folder, feast, "serve", "--port", str(port), "--metrics"):
        here = f"http://127.0.0.1:{port}"
        eventually(lambda: httpx.get(f"{here}/health", timeout=5).is_success)
        yield here


@contextmanager
def prometheus(folder: Path, target: str, **labels: str) -> Iterator[str]:
    """A Prometheus that scrapes `target` each second as job feast; where it answers."""
    program = shutil.which("prometheus")
    assert program is not None
    port = free_port()
    scrape = {"job_name": "feast", "static_configs": [{"targets": [target], "labels": labels}]}
    (folder / "prometheus.yml").write_text(
        json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [scrape]})
    )
    with running(
        folder, program, "--config.file=prometheus.yml", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ):  # fmt: skip
        here = f"http://127.0.0.1:{port}"
        eventually(lambda: httpx.get(f"{here}/-/ready", timeout=5).is_success)
        yield here


def ask(server: str, features: list[str], **entities: list[str]) -> int:
    """One request for online features; its status."""
    return httpx.post(
        f"{server}/get-online-features", json={"features": features, "entities": entities}, timeout=30
    ).status_code
