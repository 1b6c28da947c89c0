"""Outgoing tasks, queued once the transaction that asks for them is committed. Named, as tasks import actions."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.db import transaction

from registry.choices import PullKind
from registry.models import Pull

_TASKS = {
    PullKind.DEFINITIONS: "registry.tasks.pull_definitions",
    PullKind.MEASUREMENTS: "monitoring.tasks.pull_measurements",
    PullKind.LINEAGE: "lineage.tasks.pull_lineage",
}


def start_pull(pull: Pull) -> None:
    """Hand the pull to a worker. When the broker is away the pull stays queued, and the reaper sends it again."""
    name, number = _TASKS[PullKind(pull.kind)], pull.pk
    transaction.on_commit(lambda: current_app.send_task(name, args=[number]), robust=True)


_waiting: ContextVar[dict[tuple[str, int], None] | None] = ContextVar("waiting", default=None)


def count_facets(project_id: int) -> None:
    """Have the search page's counts of the project made anew. When the broker is away, the next pull makes them."""
    _send("registry.tasks.count_facets", project_id)


def learn_words(project_id: int) -> None:
    """Have the words that typos are corrected to learnt anew. When the broker is away, the next pull does it."""
    _send("registry.tasks.learn_words", project_id)


@contextmanager
def gathered() -> Iterator[None]:
    """Within, what follows for a project is asked for once, at the end, however many changes ask for it."""
    waiting: dict[tuple[str, int], None] = {}
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
    for task, project_id in waiting:
        _send(task, project_id)


def _send(task: str, project_id: int) -> None:
    waiting = _waiting.get()
    if waiting is not None:
        waiting[task, project_id] = None
    else:
        transaction.on_commit(lambda: current_app.send_task(task, args=[project_id]), robust=True)


def follow_deprecations(project_id: int) -> None:
    """Have the readers of what is deprecated in the project told. When the broker is away, the next round does it."""
    _send("governance.tasks.follow_deprecations", project_id)


def send_messages() -> None:
    """Have what is due in the outbox sent. When the broker is away, the next round sends it."""
    transaction.on_commit(lambda: current_app.send_task("registry.tasks.send_due"), robust=True)
