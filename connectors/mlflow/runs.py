"""Training runs of registered models as RunEvents: what data a model was trained on."""

from collections.abc import Iterator
from uuid import UUID

import orjson

from connectors.mlflow.models import datasets
from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name, Producer
from connectors.openlineage.moments import from_milliseconds, iso
from connectors.openlineage.names import of_uri
from connectors.shapes import Json, part, text

PRODUCER = Producer("urn:charter:connectors:mlflow")
ENDED = {"FINISHED": "COMPLETE", "FAILED": "FAIL", "KILLED": "ABORT"}
PLACES = ("uri", "url", "path")  # what MLflow's kinds of sources call their address


def run_events(job: Name, run: Json) -> Iterator[Event]:
    """START, and COMPLETE, FAIL or ABORT. The job is the training of one model; the run id is MLflow's own."""
    info = part(run, "info")
    run_id, began = _uuid(text(info, "run_id")), from_milliseconds(info.get("start_time"))
    if not run_id or not began:
        return
    training = facets.job_type("MLFLOW", "TRAINING")
    inputs = [PRODUCER.input(name) for name in dict.fromkeys(filter(None, map(dataset_name, datasets(run))))]
    yield PRODUCER.run(iso(began), "START", run_id, job, job_facets=training, inputs=inputs)
    kind, ended = ENDED.get(text(info, "status")), from_milliseconds(info.get("end_time"))
    if kind and ended:
        yield PRODUCER.run(iso(ended), kind, run_id, job, job_facets=training, inputs=inputs)


def dataset_name(dataset: Json) -> Name | None:
    """By the address of its source; None for what has none, as data that only ever was in memory."""
    try:
        source = orjson.loads(text(dataset, "source"))
    except orjson.JSONDecodeError:
        return None
    place = next((text(source, name) for name in PLACES if text(source, name)), "")
    if text(dataset, "source_type") == "local" and place.startswith("/"):
        return "file", place
    return of_uri(place)


def _uuid(run_id: str) -> str:
    """MLflow writes UUIDs without dashes."""
    try:
        return str(UUID(hex=run_id))
    except ValueError:
        return ""
