"""Moves as programs and spreadsheets have them."""

from typing import Any

from monitoring.moving import Row

COLUMNS = (
    "old", "new", "state", "parity", "parity_id", "parity_why", "compared_at", "reads_old", "reads_new", "is_red",
    "next_step", "who",
)  # fmt: skip


def told(row: Row) -> dict[str, Any]:
    """A row as JSON and spreadsheets have it."""
    run, (step, who, _) = row.parity.run, row.step
    return {
        "old": str(row.old), "new": str(row.new) if row.new else None, "state": row.stage.value,
        "parity": row.parity.state, "parity_id": run.public_id if run else None, "parity_why": row.parity.why,
        "compared_at": run.finished_at.isoformat() if run and run.finished_at else None,
        "reads_old": list(row.reads_old), "reads_new": list(row.reads_new), "is_red": row.is_red,
        "next_step": step, "who": who,
    }  # fmt: skip
