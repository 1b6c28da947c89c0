"""What docs/operations.md, the README and `make help` promise is what the code has."""

import re
import subprocess
from pathlib import Path

from django.urls import resolve

from tests.portal.running import ROOT, clean_environment

READ_BY_SETTINGS = re.compile(r"""env\.\w+\(\s*["']([A-Z_]+)["']""")
IN_TABLE = re.compile(r"^\| (`[A-Z][^|]*) \|", re.MULTILINE)
# Read by the launcher and by the servers, not by Django's settings.
ELSEWHERE = {"PORT", "CHARTER_BIND", "PROMETHEUS_MULTIPROC_DIR", "GRANIAN_WORKERS", "GRANIAN_BLOCKING_THREADS"}


def operations() -> str:
    return (ROOT / "docs" / "operations.md").read_text()


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    settings = "".join(path.read_text() for path in (ROOT / "portal" / "settings").glob("*.py"))
    documented = {name for row in IN_TABLE.findall(operations()) for name in re.findall(r"`([A-Z_]+)`", row)}
    assert documented == set(READ_BY_SETTINGS.findall(settings)) | ELSEWHERE


def test_the_example_environment_names_only_documented_variables() -> None:
    named = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "example.env").read_text(), re.MULTILINE)
    services = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert [name for name in named if f"`{name}`" not in operations() and name not in services] == []


def test_links_between_pages_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(((?!http)[^)#]+)", page.read_text()):
            is_page = target.startswith("/") and resolve(target)
            assert is_page or (page.parent / target).exists(), f"{page.name} links to {target}"


def test_help_explains_every_target_a_person_may_want() -> None:
    command = ["make", "help"]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=True)
    explained = {line.split()[1] for line in done.stdout.splitlines()}
    targets = set(re.findall(r"^([a-z-]+):(?! export)", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets - explained == {"dev", "chromium"}  # steps of others
    assert {"run", "test", "check", "lint", "format", "types", "test-live", "bench", "schema", "protos"} <= explained


def test_the_readme_and_the_gate_name_the_same_command() -> None:
    assert "make check" in (ROOT / "README.md").read_text()
    assert "exec make check" in Path(ROOT / ".ci" / "run").read_text()
