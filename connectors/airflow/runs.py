"""Runs of DAGs as RunEvents."""

from collections.abc import Iterator
from datetime import datetime

from openlineage.client.uuid import generate_static_uuid

from connectors.openlineage import facets
from connectors.openlineage.events import Event, Producer
from connectors.openlineage.moments import moment, same_iso
from connectors.shapes import Json, text

PRODUCER = Producer("urn:charter:connectors:airflow")
ENDED = {"success": "COMPLETE", "failed": "FAIL"}


def run_id(namespace: str, dag_id: str, logical_date: datetime) -> str:
    """What Airflow's own OpenLineage provider calls the run (build_dag_run_ol_run_id, provider 2.20).

    It counts how often the run was cleared, which the API does not tell: a run that was cleared and ran anew is pushed
    under another id than this.
    """
    return str(generate_static_uuid(logical_date, f"{namespace}.{dag_id}.0".encode()))


def run_events(namespace: str, run: Json, version: str) -> Iterator[Event]:
    """START, and COMPLETE or FAIL; nothing of a run that is still queued."""
    # Runs that were triggered by hand have no logical date in Airflow 3. Airflow 2 called it the execution date.
    logical = moment(run.get("logical_date") or run.get("execution_date") or run.get("run_after"))
    dag_id = text(run, "dag_id")
    if logical is None or not dag_id:
        return
    of = run_id(namespace, dag_id, logical), (namespace, dag_id)
    said = facets.nominal_time(same_iso(run.get("data_interval_start")), same_iso(run.get("data_interval_end")))
    said |= facets.processing_engine("Airflow", version)
    if began := same_iso(run.get("start_date")):
        yield PRODUCER.run(began, "START", *of, said)
    kind, ended = ENDED.get(text(run, "state")), same_iso(run.get("end_date"))
    if kind and ended:
        yield PRODUCER.run(ended, kind, *of, said)
