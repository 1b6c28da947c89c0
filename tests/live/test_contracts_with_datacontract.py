"""Contracts that Charter writes, judged by the real `datacontract` command in an environment of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from charter.files.odcs import to_contract
from tests.sdk.test_contracts import RICH, view_in

pytestmark = pytest.mark.live
# The newest when this was written. It brings half a gigabyte of drivers along, so it never meets our own environment.
VERSION = "1.2.8"


@pytest.fixture(scope="module")
def datacontract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datacontract")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"datacontract-cli=={VERSION}"], check=True)
    return folder / "bin" / "datacontract"


def test_it_accepts_what_charter_writes(datacontract: Path, tmp_path: Path) -> None:
    file = tmp_path / "stats.odcs.yaml"
    file.write_text(to_contract(view_in(RICH)))
    done = subprocess.run([str(datacontract), "lint", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "is valid" in done.stdout
    file.write_text(file.read_text().replace("logicalType: object", "logicalType: table"))
    assert subprocess.run([str(datacontract), "lint", str(file)], capture_output=True, check=False).returncode == 1
