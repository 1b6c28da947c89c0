"""pip's output, line by line: kept whole in a file, and told in short on the console. Standard library only."""

import time
from collections.abc import Iterable
from pathlib import Path

from .console import step

SECONDS_BETWEEN_LINES = 2.0


def report(lines: Iterable[str], log: Path) -> str:
    """Follow pip to its end. Returns its last line that speaks of an error, or its last line."""
    found, told, error, last = 0, time.monotonic(), "", ""
    with log.open("w", encoding="utf-8") as kept:
        for line in lines:
            kept.write(line)
            last = line.strip() or last
            error = last if last.startswith("ERROR:") else error
            if line.startswith(("Collecting ", "Requirement already satisfied: ")):
                found += 1
            if line.startswith("Installing collected packages: "):
                step(f"  unpacking {line.count(',') + 1} packages")
                told = float("inf")
            elif time.monotonic() - told > SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                step(f"  {found} packages found")
    return (error or last).removeprefix("ERROR: ")
