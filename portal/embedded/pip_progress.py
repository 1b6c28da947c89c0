"""pip's output, line by line: kept whole in a file, and told in short on the console. Standard library only."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from .console import step

SECONDS_BETWEEN_LINES = 2.0
UNPACKING = "Installing collected packages: "


def report(lines: Iterable[str], venv: Path, log: Path) -> str:
    """Follow pip to its end. Returns its last line that speaks of an error, or its last line."""
    found, told, error, last = 0, time.monotonic(), "", ""
    over = threading.Event()
    with log.open("w", encoding="utf-8") as kept:
        for line in lines:
            kept.write(line)
            last = line.strip() or last
            error = last if last.startswith("ERROR:") else error
            found += line.startswith(("Collecting ", "Requirement already satisfied: "))
            if line.startswith(UNPACKING):
                told = float("inf")
                threading.Thread(target=_count, args=(venv, line.count(",") + 1, over), daemon=True).start()
            elif time.monotonic() - told > SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                step(f"  {found} packages found")
    over.set()
    return (error or last).removeprefix("ERROR: ")


def _count(venv: Path, total: int, over: threading.Event) -> None:
    """pip says nothing while it unpacks, which takes longest: count what is there already."""
    step(f"  unpacking {total} packages")
    before = _unpacked(venv)
    while not over.wait(SECONDS_BETWEEN_LINES):
        step(f"  {_unpacked(venv) - before} of {total} packages unpacked")


def _unpacked(venv: Path) -> int:
    return len(list(venv.glob("lib/python*/site-packages/*.dist-info/RECORD")))
