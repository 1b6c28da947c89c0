"""What is checked before anything is installed or started: folders, disk, port, and that nobody else runs here.

Standard library only, because the first stage runs these outside the virtual environment.
"""

import errno
import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from .console import Refusal

GIGABYTE = 1_000_000_000
TO_INSTALL = 1.5 * GIGABYTE
TO_RUN = 0.2 * GIGABYTE
LOCK_NAME = "run.lock"


def home_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """The absolute data folder: CHARTER_HOME, or `var` in the checkout."""
    return (root / Path(environ.get("CHARTER_HOME") or "var").expanduser()).resolve()


def bind_address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Where the web server listens: CHARTER_BIND (default 127.0.0.1) and PORT (default 8000)."""
    text = environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Refusal(f"PORT={text} is not a port number: choose one from 1 to 65535, as in: make run PORT=8001")
    return environ.get("CHARTER_BIND") or "127.0.0.1", int(text)


def require_writable(folder: Path) -> None:
    """Make the folder where it is missing, and prove by writing that we may."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"charter")
    except OSError as error:
        raise Refusal(
            f"it may not write in {folder} ({error.strerror}): clone it into a folder of your own, "
            "or name another data folder, as in: make run CHARTER_HOME=~/charter"
        ) from error


def require_disk(folder: Path, needed: float) -> None:
    """`needed` is bytes that this user must still be able to write where `folder` is."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refusal(
            f"only {free / GIGABYTE:.1f} GB are free in {folder} and it needs {needed / GIGABYTE:.1f} GB: "
            "free some space, or use a larger disk"
        )


def require_port(host: str, port: int) -> None:
    """Refuse a taken port. Ours to do: Granian shares a busy port silently (SO_REUSEPORT) and both would answer."""
    try:
        _bind(host, port)
    except PermissionError as error:
        raise Refusal(f"port {port} needs administrator rights: choose a higher one: make run PORT=8000") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise Refusal(f"it cannot listen on {host} port {port}: {error.strerror} (see CHARTER_BIND)") from error
        raise Refusal(
            f"port {port} is already in use: stop what uses it, "
            f"or choose another, as in: make run PORT={_free_port_above(host, port)}"
        ) from error


def _bind(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A connection of the last run in TIME_WAIT is no reason to refuse; a listening socket still is.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _free_port_above(host: str, port: int) -> int:
    for candidate in range(port + 1, min(port + 50, 65535)):
        try:
            _bind(host, candidate)
        except OSError:
            continue
        return candidate
    return 18000


def lock(home: Path) -> IO[str]:
    """Hold `home` for this process: keep the returned file open. The kernel frees it however the process ends."""
    held = open(home / LOCK_NAME, "a+", encoding="utf-8")  # noqa: SIM115 - stays open as long as the lock is needed
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        holder = held.read().strip() or "another process"
        held.close()
        raise Refusal(
            f"it already runs with the data in {home} ({holder}): stop that one with Ctrl-C, "
            "or start a second with its own data and port: make run CHARTER_HOME=./var2 PORT=8001"
        ) from error
    return held


def sign(held: IO[str], address: str) -> None:
    """Write into the lock who holds it, for the sentence that a second start prints."""
    held.seek(0)
    held.truncate()
    held.write(f"process {os.getpid()}, {address}\n")
    held.flush()
