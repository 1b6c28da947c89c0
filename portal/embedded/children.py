"""Processes of ours: started so that none outlives us, stopped in good order, their output kept in a file."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portal.embedded.console import Refusal
from portal.embedded.orphans import die_with_parent

SECONDS_TO_STOP = 10.0
LARGEST_LOG = 10_000_000


@dataclass
class Child:
    """One long-running process.

    `stop_with` is the signal that makes it finish its work; `orphaned_with` the one the kernel sends should we die.
    """

    name: str
    command: Sequence[str]
    log: Path
    env: Mapping[str, str]
    cwd: Path = Path("/")
    stop_with: signal.Signals = signal.SIGTERM
    orphaned_with: signal.Signals = signal.SIGTERM
    run_as: Mapping[str, Any] = field(default_factory=dict)
    stdin: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C in the terminal reaches only us and the order is ours."""
        keep_short(self.log)
        with self.log.open("a", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
                preexec_fn=die_with_parent(self.orphaned_with),
                **self.run_as,
            )
        assert self.process.stdin is not None  # noqa: S101 - PIPE was asked for
        self.process.stdin.write(self.stdin)
        self.process.stdin.close()

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return None if self.process is None else self.process.poll()

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the stop signal and return at once."""
        if self.process is not None and self.is_running:
            self.process.send_signal(self.stop_with)

    def wait_stopped(self, seconds: float = SECONDS_TO_STOP) -> bool:
        """True when it stopped by itself in time; otherwise it, and always all it started, is killed."""
        if self.process is None:
            return True
        try:
            self.process.wait(seconds)
            in_time = True
        except subprocess.TimeoutExpired:
            in_time = False
        self.kill()
        return in_time

    def kill(self) -> None:
        """Kill the process and every process of its session's group, such as a web server's workers."""
        self.signal_group(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the process and whatever it started in its session."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def last_lines(self, count: int = 5) -> str:
        """The end of its log, for the sentence that says why it died."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:])


def keep_short(log: Path) -> None:
    """Move a log past 10 MB aside, replacing the one moved before."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))


class Family:
    """All children of this process that are still to be stopped, in the order of their start."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(self, child: Child) -> Child:
        """Known before it runs, so that no interruption leaves a child nobody would stop."""
        self.children.append(child)
        child.start()
        return child

    def run(self, child: Child, what_for: str) -> None:
        """Start a child that ends by itself and wait for it. Refusal with the end of its output when it fails."""
        self.finish(self.start(child), what_for)

    def finish(self, child: Child, what_for: str) -> None:
        """Wait for a child that ends by itself."""
        assert child.process is not None  # noqa: S101 - started before
        exit_code = child.process.wait()
        self.children.remove(child)
        if exit_code:
            raise Refusal(f"{what_for} failed; the end of {child.log} says:\n{child.last_lines()}")

    def stop(self) -> list[str]:
        """Stop all in reverse order, one after the other. Returns the names of those that had to be killed."""
        killed = []
        while self.children:
            child = self.children[-1]
            child.ask_to_stop()
            if not child.wait_stopped():
                killed.append(child.name)
            self.children.pop()
        return killed

    def kill(self) -> None:
        """Send SIGKILL to all without waiting: somebody is impatient."""
        for child in self.children:
            child.signal_group(signal.SIGKILL)


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """Poll until `condition()` is true; False when `seconds` pass first."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(pause)
    return condition()
