"""The real command, as a child process, against a real server."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

SDK = Path(__file__).parents[2] / "sdk"
SCOPES = ("features:read", "features:write", "metrics:write", "access:request", "access:decide")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def as_user(live_server: Any, tmp_path: Path, cast: SimpleNamespace) -> Callable[[Any], dict[str, str]]:
    """The environment in which commands run for a user."""
    from tests.cast import token_for

    def environment(user: Any) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHARTER_URL": live_server.url, "NO_COLOR": "1",
            "CHARTER_TOKEN": token_for(user, *SCOPES), "COLUMNS": "200", "PYTHONPATH": str(SDK),
        }  # fmt: skip

    return environment


@pytest.fixture
def charter(as_user: Callable[[Any], dict[str, str]], tmp_path: Path, cast: SimpleNamespace) -> Run:
    """`charter("plan", "features/", user=…)` runs the command in an empty folder."""

    def run(*arguments: str, user: Any = None, **more: str) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "charter", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=120,
            env=as_user(user or cast.owner_a) | more, check=False,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
