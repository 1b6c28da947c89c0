"""Build `.venv` from the pinned requirements, then hand over to the supervisor inside it.

    python3 first_stage.py run    install what Charter runs on, then become the supervisor
    python3 first_stage.py dev    install that and what checks it, then return

Standard library only. A stamp in `.venv` holds the digests of what was installed, so the next start skips all of it.
"""

import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import Refusal, refuse, started_at, step
from .orphans import die_with_parent
from .pip_progress import report
from .preflight import (
    TO_INSTALL,
    TO_RUN,
    bind_address,
    home_folder,
    lock,
    require_disk,
    require_port,
    require_writable,
)

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.txt"
# There while an installation is under way: found at a start, it means that one was killed, half a package in place.
UNFINISHED = VENV / "unfinished"
REQUIREMENTS = {
    "run": ["requirements.txt"], "dev": ["requirements.txt", "requirements-traces.txt", "requirements-dev.txt"],
}  # fmt: skip
# The versions of what those need in turn: without it, a new release of somebody's would one day break a fresh clone.
CONSTRAINTS = "constraints.txt"
# Installed from here, with its command.
CLIENT = "sdk/pyproject.toml"


def main(purpose: str) -> int:
    """`purpose` is `run` or `dev`. Returns an exit code; for `run` it becomes the supervisor instead."""
    started_at()
    try:
        if purpose == "run":
            check_start()
        install(purpose)
    except Refusal as reason:
        return refuse(reason)
    except KeyboardInterrupt:
        step("Stopped. The next start begins the installation anew.")
        return 130
    if purpose == "run":
        os.chdir(ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "portal.embedded.run"])  # noqa: S606 - no shell wanted
    return 0


def check_start() -> None:
    """Everything that would make the start fail later, said now, before time is spent on installing."""
    home = home_folder(ROOT, os.environ)
    require_writable(home)
    lock(home).close()
    require_port(*bind_address(os.environ))
    require_disk(home, TO_RUN)


def install(purpose: str) -> None:
    """Bring `.venv` to what the requirement files say; does nothing when it is there already."""
    wanted = [f"{_digest(ROOT / name)}  {name}\n" for name in (CONSTRAINTS, CLIENT, *REQUIREMENTS[purpose])]
    if _is_installed(wanted):
        return
    require_writable(ROOT)
    with _only_one_at_a_time():
        if _is_installed(wanted):
            return
        require_disk(ROOT, TO_INSTALL)
        _make_venv()
        UNFINISHED.touch()
        _pip_install(REQUIREMENTS[purpose])
        STAMP.write_text("".join(wanted), encoding="utf-8")
        UNFINISHED.unlink()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_installed(wanted: list[str]) -> bool:
    if UNFINISHED.exists() or not PYTHON.exists() or not STAMP.exists():
        return False
    return set(wanted) <= set(STAMP.read_text(encoding="utf-8").splitlines(keepends=True))


@contextmanager
def _only_one_at_a_time() -> Iterator[None]:
    """`make run` and `make test` may be started together: the second waits. The lock is the checkout folder itself."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            step("Another command is installing the packages; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _make_venv() -> None:
    if PYTHON.exists() and not UNFINISHED.exists():
        return
    step(f"Making a virtual environment in {VENV} with Python {sys.version.split()[0]}")
    # Debian without python3-venv has no ensurepip; there the pip of the system installs into the environment.
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and importlib.util.find_spec("pip") is None:
        raise Refusal(
            f"{sys.executable} has neither venv's ensurepip nor pip to install packages with: "
            "install one, as in: apt-get install python3-venv"
        )
    command = [sys.executable, "-m", "venv", "--clear", *([] if with_pip else ["--without-pip"]), str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode:
        raise Refusal(f"the virtual environment could not be made: {_last_line(made.stdout + made.stderr)}")


def _pip_install(requirements: list[str]) -> None:
    """Wheels only: nothing is ever compiled on the user's machine."""
    in_venv = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    pip = [str(PYTHON), "-m", "pip"] if in_venv else [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    options = ["--only-binary", ":all:", "--no-input", "--progress-bar", "off", "--disable-pip-version-check"]
    files = ["-c", CONSTRAINTS]
    files += [argument for name in requirements for argument in ("-r", name)]
    step(f"Installing the packages of {requirements[-1]} (this happens once)")
    with subprocess.Popen(
        [*pip, "install", *options, *files],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    ) as process:
        assert process.stdout is not None  # noqa: S101 - PIPE was asked for
        error = report(process.stdout, VENV, VENV / "install.log")
    if process.returncode:
        UNFINISHED.unlink()
        raise Refusal(
            f"a package could not be installed: {error} (all of pip's output: {VENV / 'install.log'}). "
            "Check the network, then run the same command again: it goes on where this one stopped"
        )


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or ["no reason was given"])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
