"""Other people's programs, each in an environment of its own below .venvs/, started and stopped by a test."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from demo.environment import environment as made

PATIENCE = 180  # seconds until a server must answer


@dataclass(frozen=True, slots=True)
class ThirdParty:
    """An environment's programs, run in a folder with the same settings each time."""

    environment: Path
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def run(self, program: str, *arguments: str) -> str:
        """What it printed. RuntimeError, with its words, when it failed."""
        done = subprocess.run(
            [str(self.environment / "bin" / program), *arguments],
            cwd=self.folder, env=self._variables(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} {arguments[:2]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    @contextmanager
    def serving(self, program: str, *arguments: str, ready: str, status: int = 200) -> Iterator[None]:
        """The program runs as a server, and answers with `status` at the address `ready`, until the context ends."""
        with (self.folder / "server.log").open("w") as log:
            server = subprocess.Popen(
                [str(self.environment / "bin" / program), *arguments],
                cwd=self.folder, env=self._variables(), stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            try:
                self._wait(server, ready, status)
                yield
            finally:
                os.killpg(server.pid, 15)
                server.wait(30)

    def _wait(self, server: "subprocess.Popen[bytes]", ready: str, status: int) -> None:
        latest = time.monotonic() + PATIENCE
        while time.monotonic() < latest and server.poll() is None:
            try:
                if httpx.get(ready, timeout=5).status_code == status:
                    return
            except httpx.TransportError:
                time.sleep(0.5)
        raise RuntimeError(f"It does not answer: {(self.folder / 'server.log').read_text()[-2000:]}")

    def _variables(self) -> dict[str, str]:
        """With the environment's programs first, for those that start others of it."""
        path = f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "DBT", "DJANGO"))}
        return {**kept, "TZ": "UTC", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1", "PATH": path, **self.settings}


def environment(name: str, *requirements: str) -> Path:
    """A virtual environment with exactly these, made when absent or outdated. CalledProcessError without an index."""
    return made(f"live-{name}", *requirements)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
