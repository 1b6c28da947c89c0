"""Outgoing tasks, queued once the transaction that asks for them is committed. Named, as tasks import actions."""

from celery import current_app
from django.db import transaction

from registry.choices import PullKind
from registry.models import Pull

_TASKS = {
    PullKind.DEFINITIONS: "registry.tasks.pull_definitions",
    PullKind.MEASUREMENTS: "monitoring.tasks.pull_measurements",
}


def start_pull(pull: Pull) -> None:
    """Hand the pull to a worker. When the broker is away the pull stays queued, and the reaper sends it again."""
    name, number = _TASKS[PullKind(pull.kind)], pull.pk
    transaction.on_commit(lambda: current_app.send_task(name, args=[number]), robust=True)


def count_facets(project_id: int) -> None:
    """Have the search page's counts of the project made anew. When the broker is away, the next pull makes them."""
    transaction.on_commit(lambda: current_app.send_task("registry.tasks.count_facets", args=[project_id]), robust=True)


def learn_words(project_id: int) -> None:
    """Have the words that typos are corrected to learnt anew. When the broker is away, the next pull does it."""
    transaction.on_commit(lambda: current_app.send_task("registry.tasks.learn_words", args=[project_id]), robust=True)
