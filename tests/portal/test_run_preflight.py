"""What `make run` refuses, each with one sentence that says what to do."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.embedded import preflight
from portal.embedded.console import Refusal
from tests.portal.running import ROOT, clean_environment, free_port

FIRST_STAGE = ROOT / "portal" / "embedded" / "first_stage.py"


def first_stage(*before: str, root: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the first stage of `make run` of a checkout, which must end by itself, refusing."""
    script = root / FIRST_STAGE.relative_to(ROOT)
    command = [*before, sys.executable, str(script), "run"]
    done = subprocess.run(
        command, env=clean_environment(**environ), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the first stage needs of a checkout, with nothing installed yet."""
    shutil.copytree(ROOT / "portal" / "embedded", tmp_path / "checkout" / "portal" / "embedded")
    (tmp_path / "checkout" / "sdk").mkdir()
    for name in ("requirements.txt", "constraints.txt", "sdk/pyproject.toml"):
        (tmp_path / "checkout" / name).touch()
    return tmp_path / "checkout"


def old_pythons() -> list[str]:
    names = [f"python{version}" for version in ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10")]
    return [
        name
        for name in names
        if shutil.which(name) and not subprocess.run([name, "-V"], capture_output=True).returncode
    ]


@pytest.mark.parametrize("python", old_pythons() or [None])
def test_an_old_python_is_named(python: str | None) -> None:
    if python is None:
        pytest.skip("no Python older than 3.11 on this machine")
    done = subprocess.run([python, str(FIRST_STAGE), "run"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Charter needs Python 3.11 or newer, and ")
    assert "make run PYTHON=" in done.stderr


def test_the_first_stage_can_be_read_by_any_python() -> None:
    """An old Python that meets newer syntax would print that as an error, not our sentence."""
    source = FIRST_STAGE.read_text()
    for newer in (" -> ", 'f"', ":=", "match ", "from __future__"):
        assert newer not in source
    assert source.index("sys.exit(") < source.index("import runpy")


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as listener:
        # As Granian binds: without a probe of our own, a second server would share the port and answer half the calls.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_refused_before_anything_is_installed(checkout: Path, busy_port: int) -> None:
    done = first_stage(root=checkout, PORT=str(busy_port))
    assert f"port {busy_port} is already in use" in done.stderr
    assert "make run PORT=" in done.stderr
    assert not (checkout / ".venv").exists()


def test_the_proposed_port_is_free(busy_port: int) -> None:
    with pytest.raises(Refusal) as refused:
        preflight.require_port("127.0.0.1", busy_port)
    preflight.require_port("127.0.0.1", int(str(refused.value).rpartition("PORT=")[2]))


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(Refusal, match=f"PORT={port} is not a port number"):
        preflight.bind_address({"PORT": port})


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Refusal, match=r"cannot listen on 192\.0\.2\.1 .*CHARTER_BIND"):
        preflight.require_port("192.0.2.1", free_port())


def test_a_data_folder_that_cannot_be_written_is_refused(checkout: Path) -> None:
    done = first_stage(root=checkout, CHARTER_HOME="/proc/charter", PORT=str(free_port()))
    assert "may not write in /proc/charter" in done.stderr
    assert "CHARTER_HOME=" in done.stderr


@pytest.fixture
def own_mounts() -> list[str]:
    """A command prefix that gives its command mounts of its own."""
    prefix = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    if not shutil.which("unshare") or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount, so no read-only or full disk can be made")
    return prefix


def test_a_read_only_checkout_is_refused(checkout: Path, own_mounts: list[str], tmp_path: Path) -> None:
    mount = f'mount --bind {checkout} {checkout} && mount -o remount,ro,bind {checkout} && exec "$@"'
    shell = [*own_mounts, "sh", "-c", mount, "sh"]
    done = first_stage(*shell, root=checkout, PORT=str(free_port()))
    assert f"may not write in {checkout / 'var'} (Read-only file system)" in done.stderr
    elsewhere = first_stage(*shell, root=checkout, CHARTER_HOME=str(tmp_path / "data"), PORT=str(free_port()))
    assert f"may not write in {checkout} (Read-only file system)" in elsewhere.stderr


def test_a_full_disk_is_refused(checkout: Path, own_mounts: list[str]) -> None:
    mount = f'mkdir -p {checkout}/var && mount -t tmpfs -o size=20m none {checkout}/var && exec "$@"'
    done = first_stage(*own_mounts, "sh", "-c", mount, "sh", root=checkout, PORT=str(free_port()))
    assert f"only 0.0 GB are free in {checkout / 'var'} and it needs 0.2 GB" in done.stderr


def test_too_little_room_for_the_packages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="free some space"):
        preflight.require_disk(tmp_path, shutil.disk_usage(tmp_path).free + 1_000_000_000)


def test_a_second_start_on_the_same_data_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    held = preflight.lock(tmp_path)
    preflight.sign(held, "http://localhost:8000")
    with pytest.raises(Refusal, match=rf"already runs .*\(process {os.getpid()}, http://localhost:8000\)"):
        preflight.lock(tmp_path)
    held.close()
    preflight.lock(tmp_path).close()
