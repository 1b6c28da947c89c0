"""Starting `make run`'s supervisor as a user would, and looking for what it leaves behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = re.compile(r"DATABASE_URL|BROKER_URL|CACHE_URL|PORT|MAKELEVEL|MAKEFLAGS|DJANGO_SETTINGS_MODULE|CHARTER_.*")
SUPERVISOR = (sys.executable, "-m", "portal.embedded.run")


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new folder that every user may enter, as PostgreSQL needs it when the tests are run by root."""
    folder = Path(tempfile.mkdtemp(prefix="charter-home-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def clean_environment(**extra: str) -> dict[str, str]:
    """The caller's environment without what the test run itself has set up."""
    return {name: value for name, value in os.environ.items() if not OURS.fullmatch(name)} | extra


@contextmanager
def charter(home: Path, port: int, *command: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """Charter as started in a terminal, from the checkout; killed at the end if it still runs."""
    process = subprocess.Popen(
        command or SUPERVISOR,
        cwd=ROOT,
        env=clean_environment(CHARTER_HOME=str(home), PORT=str(port), **environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        wait_gone(home)


def read_until(process: subprocess.Popen[str], wanted: str) -> str:
    """The output up to the line that holds `wanted`, or all of it where the process ended without saying that."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if wanted in line:
            break
    return seen


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that works in `folder`, or was told of it; its id and command."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (entry / "cmdline").read_text(), (entry / "environ").read_text()
            told = f"{os.readlink(entry / 'cwd')} {command} {environment}"
        except (OSError, UnicodeDecodeError):
            continue
        if str(folder) in told and int(entry.name) != os.getpid():
            found[int(entry.name)] = command.replace("\0", " ")
    return found


def wait_gone(folder: Path, seconds: float = 15) -> dict[int, str]:
    """Wait until no process of `folder` is left, and return those that are."""
    until = time.monotonic() + seconds
    while (left := processes_of(folder)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def stop(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    """Signal the process and wait. Returns its exit code and the rest of its output."""
    process.send_signal(number)
    rest, _ = process.communicate(timeout=120)
    return process.returncode, rest
