"""The first stage: building `.venv` once, going on after an interruption, and saying why when it cannot."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.portal.running import ROOT, clean_environment

PACKAGE = "tiny"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose only requirement is a wheel of our own, so that no network is needed."""
    shutil.copytree(ROOT / "portal" / "embedded", tmp_path / "portal" / "embedded")
    wheel(tmp_path, "1.0")
    (tmp_path / "requirements.txt").write_text(f"./{PACKAGE}-1.0-py3-none-any.whl\n")
    for name in ("requirements-traces.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    (tmp_path / "constraints.txt").touch()
    (tmp_path / "sdk").mkdir()
    (tmp_path / "sdk" / "pyproject.toml").touch()
    return tmp_path


def wheel(folder: Path, version: str) -> None:
    info = f"{PACKAGE}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{PACKAGE}-{version}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{PACKAGE}.py", f"version = {version!r}\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def install(checkout: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    command = [python, str(checkout / "portal" / "embedded" / "first_stage.py"), "dev"]
    environ = clean_environment(PIP_NO_INDEX="1")
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=120)


def installed_version(checkout: Path) -> str:
    command = [str(checkout / ".venv" / "bin" / "python"), "-c", f"import {PACKAGE}; print({PACKAGE}.version)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_it_installs_once_and_again_when_the_requirements_change(checkout: Path) -> None:
    first = install(checkout)
    assert first.returncode == 0, first.stderr
    assert "Installing the packages" in first.stdout
    assert "unpacking 1 packages" in first.stdout
    assert installed_version(checkout) == "1.0"

    assert install(checkout).stdout == ""

    wheel(checkout, "2.0")
    (checkout / "requirements.txt").write_text(f"./{PACKAGE}-2.0-py3-none-any.whl\n")
    assert "Making a virtual environment" not in install(checkout).stdout
    assert installed_version(checkout) == "2.0"


def test_an_interrupted_installation_is_begun_anew(checkout: Path) -> None:
    half = checkout / ".venv" / "lib" / "half-a-package"
    half.mkdir(parents=True)
    (checkout / ".venv" / "unfinished").touch()
    done = install(checkout)
    assert "Making a virtual environment" in done.stdout
    assert installed_version(checkout) == "1.0"
    assert not half.exists()


def test_a_package_that_cannot_be_had_is_named_and_the_next_try_goes_on(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("no-such-package==1.0\n")
    done = install(checkout)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "No matching distribution found for no-such-package==1.0" in done.stderr
    assert (checkout / ".venv" / "install.log").exists()

    (checkout / "requirements.txt").write_text(f"./{PACKAGE}-1.0-py3-none-any.whl\n")
    assert "Making a virtual environment" not in install(checkout).stdout
    assert installed_version(checkout) == "1.0"


@pytest.fixture
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """This Python without some modules, as a distribution ships it that keeps them in packages of their own."""

    def program_without(*missing: str) -> str:
        folder = tmp_path_factory.mktemp("bare")
        (folder / "sitecustomize.py").write_text(
            "from importlib.machinery import PathFinder\n"
            "found = PathFinder.find_spec\n"
            f"PathFinder.find_spec = lambda name, *rest: None if name in {missing!r} else found(name, *rest)\n"
        )
        program = folder / "python3"
        program.write_text(f'#!/bin/sh\nPYTHONPATH={folder} exec {sys.executable} "$@"\n')
        program.chmod(0o755)
        return str(program)

    return program_without


def test_a_python_without_ensurepip_installs_with_the_pip_it_has(
    checkout: Path, bare_python: Callable[..., str]
) -> None:
    done = install(checkout, bare_python("ensurepip"))
    assert done.returncode == 0, done.stderr
    assert installed_version(checkout) == "1.0"
    assert not (checkout / ".venv" / "bin" / "pip").exists()


def test_a_python_without_any_pip_says_what_to_install(checkout: Path, bare_python: Callable[..., str]) -> None:
    done = install(checkout, bare_python("ensurepip", "pip"))
    assert done.returncode == 1
    assert done.stderr.endswith("as in: apt-get install python3-venv\n")
    assert len(done.stderr.splitlines()) == 1


def test_two_at_once_install_once(checkout: Path) -> None:
    command = [sys.executable, str(checkout / "portal" / "embedded" / "first_stage.py"), "dev"]
    environ = clean_environment(PIP_NO_INDEX="1")
    both = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Installing the packages" in output for output in outputs) == 1
    assert sum("waiting for it" in output for output in outputs) == 1


def pins(name: str) -> set[str]:
    """The pinned packages of a file, without extras: `celery==5.7.0`."""
    lines = (ROOT / name).read_text().splitlines()
    pinned = [re.sub(r"\[.*?\]", "", line).strip().lower() for line in lines if not line.startswith("#")]
    return {line.replace("_", "-") for line in pinned if "==" in line}


def test_the_tested_versions_are_the_required_ones() -> None:
    """After a change of requirements: make pins"""
    for name in ("requirements.txt", "requirements-traces.txt", "requirements-dev.txt"):
        assert pins(name) <= pins("constraints.txt"), name
