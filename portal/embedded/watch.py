"""While Charter runs: start again what died, and tell what is worth a look."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.children import Child
from portal.embedded.console import Refusal, say

SECONDS_BETWEEN_LOOKS = 0.5
RESTARTS = 5
SECONDS_TO_FORGIVE = 60.0
LONGEST_LINE = 200
LINES_AT_ONCE = 3
LOUD = re.compile(r"\b(WARNING|ERROR|CRITICAL|FATAL|PANIC|Traceback)\b")
LOUD_LEVELS = {"warning", "error", "critical"}
# A server's log of refused statements is its clients' matter; of Valkey only its death concerns us.
LOUD_OF = {"postgres": re.compile(r"\b(FATAL|PANIC)\b"), "valkey": re.compile(r"(?!)")}


@dataclass
class Patience:
    """How often one child has died lately. After 1, 2, 4, 8 and 16 seconds it is started again; then no more."""

    child: Child
    deaths: int = 0
    started_at: float = field(default_factory=time.monotonic)
    restart_at: float = 0.0

    def look(self) -> None:
        """Start the child again when it is dead and its time has come. Refusal when it has died too often."""
        now = time.monotonic()
        if self.child.is_running:
            self.deaths = 0 if now - self.started_at > SECONDS_TO_FORGIVE else self.deaths
        elif not self.restart_at:
            self._mourn(now)
        elif now >= self.restart_at:
            self.restart_at, self.started_at = 0.0, now
            self.child.start()

    def _mourn(self, now: float) -> None:
        self.child.kill()  # its own children must not go on beside the new one
        if self.deaths == RESTARTS:
            raise Refusal(
                f"{self.child.name} stopped {RESTARTS + 1} times in a row; the end of {self.child.log} says:\n"
                f"{self.child.last_lines()}"
            )
        pause = 2.0**self.deaths
        self.deaths += 1
        self.restart_at = now + pause
        say(
            f"{self.child.name}: stopped ({_how(self.child.exit_code)}); starting it again in {pause:.0f} s "
            f"({self.deaths} of {RESTARTS}). Log: {self.child.log}"
        )


def _how(exit_code: int | None) -> str:
    return f"signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"


@dataclass
class Tail:
    """The new lines of one log that deserve the console."""

    name: str
    path: Path
    position: int

    def tell(self) -> None:
        """Print what is new and loud: a few lines, the rest counted."""
        loud = [line for line in self._new_lines() if line]
        for line in loud[:LINES_AT_ONCE]:
            say(f"{self.name}: {line[:LONGEST_LINE]}")
        if len(loud) > LINES_AT_ONCE:
            say(f"{self.name}: and {len(loud) - LINES_AT_ONCE} lines more in {self.path}")

    def _new_lines(self) -> list[str]:
        size = self.path.stat().st_size
        if size < self.position:  # put aside because it was long
            self.position = 0
        with self.path.open("rb") as file:
            file.seek(self.position)
            whole, newline, _ = file.read().rpartition(b"\n")
        self.position += len(whole) + len(newline)
        return [loud_part(self.name, line) for line in whole.decode("utf-8", errors="replace").splitlines()]


def loud_part(name: str, line: str) -> str:
    """What to show of a log line: the event of a structured warning, a plain line that shouts, or nothing."""
    if line.startswith("{"):
        try:
            entry = json.loads(line)
        except ValueError:
            return ""
        return f"{entry['level']}: {entry.get('event', '')}" if entry.get("level") in LOUD_LEVELS else ""
    return line.strip() if LOUD_OF.get(name, LOUD).search(line) else ""


def watch(children: Sequence[Child]) -> None:
    """Look after the children until something raises: Ctrl-C, or a child that keeps dying."""
    patience = [Patience(child) for child in children]
    tails = [Tail(child.name, child.log, child.log.stat().st_size) for child in children]
    while True:
        for one in patience:
            one.look()
        for tail in tails:
            tail.tell()
        time.sleep(SECONDS_BETWEEN_LOOKS)
