"""What a person sees while Charter starts: one line for each step with seconds, or one sentence why it cannot."""

import os
import sys
import time


class Refusal(Exception):
    """Charter cannot go on; the message is one sentence saying what is wrong and what to do."""


def started_at() -> float:
    """Seconds since the epoch when the first stage began; handed on to the supervisor through the environment."""
    return float(os.environ.setdefault("CHARTER_STARTED_AT", str(time.time())))


def elapsed() -> float:
    """Seconds since the first stage began."""
    return time.time() - started_at()


def step(text: str) -> None:
    """Print one line of progress."""
    say(f"[{elapsed():5.1f} s] {text}")


def say(text: str) -> None:
    """Print to standard output at once, also when it is a pipe. A closed pipe is no reason to stop serving."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        return


def refuse(reason: Refusal) -> int:
    """Print the sentence to standard error and return the exit code."""
    sys.stderr.write(f"Charter cannot go on: {reason}\n")
    return 1
