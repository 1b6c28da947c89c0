"""Runs of flows as RunEvents."""

from collections.abc import Iterator

from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name
from connectors.openlineage.facets import Facets
from connectors.openlineage.moments import same_iso
from connectors.prefect.jobs import PRODUCER
from connectors.redaction import without_secrets
from connectors.shapes import Json, part, text

ENDED = {"COMPLETED": "COMPLETE", "FAILED": "FAIL", "CRASHED": "FAIL", "CANCELLED": "ABORT"}


def run_events(job: Name, run: Json, version: str) -> Iterator[Event]:
    """START, and COMPLETE, FAIL or ABORT, under Prefect's own id of the run."""
    run_id, began = text(run, "id"), same_iso(run.get("start_time"))
    if not run_id:
        return
    said = facets.nominal_time(same_iso(run.get("expected_start_time")), None)
    said |= facets.processing_engine("Prefect", version)
    if began:
        yield PRODUCER.run(began, "START", run_id, job, said)
    kind, ended = ENDED.get(text(run, "state_type")), same_iso(run.get("end_time"))
    if kind and ended:
        yield PRODUCER.run(ended, kind, run_id, job, said | (_error(run) if kind == "FAIL" else {}))


def _error(run: Json) -> Facets:
    """Prefect writes what happened, the kind of exception, and what the exception said. The last may quote data, and is
    left out."""
    words = text(part(run, "state"), "message").partition("\n")[0].split(": ")
    return facets.error_message(without_secrets(": ".join(words[:2]))[:200], "python")
