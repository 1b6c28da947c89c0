"""The three processes of Charter itself, as docs/operations.md gives them for production too."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL

from portal.embedded.children import Child

ROOT = Path(__file__).resolve().parents[2]
GRANIAN_DEFAULTS = {"GRANIAN_WORKERS": "2", "GRANIAN_BLOCKING_THREADS": "4", "GRANIAN_WORKERS_KILL_TIMEOUT": "5"}


def worker(home: Path, env: Mapping[str, str]) -> Child:
    """Threads: Celery's prefork closes Django's connections at each task (celery/celery#10554) and is twice as large.

    Orphaned, it is killed outright, because it would first finish its tasks; those come back when it starts again.
    """
    command = [*_celery("worker"), "--pool", "threads", "--concurrency", "4"]
    env = {**env, "PROMETHEUS_MULTIPROC_DIR": str(_metrics_folder(home))}
    return Child("worker", command, home / "logs" / "worker.log", env, cwd=ROOT, orphaned_with=SIGKILL)


def beat(home: Path, env: Mapping[str, str]) -> Child:
    """The scheduler: one and only one, it holds its plan in the database."""
    return Child("beat", _celery("beat"), home / "logs" / "beat.log", env, cwd=ROOT, orphaned_with=SIGKILL)


def _celery(role: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "portal", role, "--loglevel", "INFO"]


def web(home: Path, env: Mapping[str, str], host: str, port: int) -> Child:
    """Granian as a WSGI server; every GRANIAN_… variable of the caller is honoured."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    env = {**GRANIAN_DEFAULTS, **env, "PROMETHEUS_MULTIPROC_DIR": str(_metrics_folder(home))}
    return Child("web", [*command, "portal.wsgi:application"], home / "logs" / "web.log", env, cwd=ROOT)


def _metrics_folder(home: Path) -> Path:
    """Where the processes share their counters, so that /metrics answers for all of them, whichever is asked."""
    return home / "metrics"


def forget_old_metrics(home: Path) -> None:
    """The counters of processes that are gone would be added to those of the new ones."""
    shutil.rmtree(_metrics_folder(home), ignore_errors=True)
    os.mkdir(_metrics_folder(home))
