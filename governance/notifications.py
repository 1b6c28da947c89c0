"""Outgoing tasks of governance, queued once the transaction that asks for them is committed. Named, as tasks import
actions."""

from celery import current_app
from django.db import transaction


def enforce_rights(connection_id: int | None) -> None:
    """Have the stores of a connection do what its grants say. When the broker is away, the next round does it."""
    if connection_id is not None:
        transaction.on_commit(
            lambda: current_app.send_task("governance.tasks.enforce_rights", args=[connection_id]), robust=True
        )


def verify_rights(connection_id: int) -> None:
    """Have the stores of a connection asked who can read what."""
    transaction.on_commit(
        lambda: current_app.send_task("governance.tasks.verify_rights", args=[connection_id]), robust=True
    )
