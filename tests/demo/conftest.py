"""The demo as it was built, and one copy of it installed at a moment with a fraction of a second."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.install import STORE, InstalledDemo, install

NOW = datetime(2026, 11, 20, 9, 30, 15, 750_000, tzinfo=UTC)


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STORE / "manifest.json").read_text())
    return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> InstalledDemo:
    folder: Path = tmp_path_factory.mktemp("home") / "demo"
    return install(STORE, folder, NOW)
