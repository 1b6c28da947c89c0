"""DAGs, and those of their tasks that touch assets, as JobEvents."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from connectors.airflow.assets import AssetEdges
from connectors.airflow.runs import PRODUCER
from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name
from connectors.openlineage.moments import same_iso


def job_events(dag: dict[str, Any], edges: AssetEdges, at: str) -> Iterator[Event]:
    """The DAG as a job of its own, called as Airflow's provider calls it, and `dag.task` for each task with assets."""
    dag_id = str(dag.get("dag_id") or "")
    if not dag_id:
        return
    said = _facets(dag)
    inputs = _named(edges.read_by_dag.get(dag_id, ()))
    yield PRODUCER.job(at, (edges.namespace, dag_id), {**said, **facets.job_type("AIRFLOW", "DAG")}, inputs=inputs)
    owned = {name: facet for name, facet in said.items() if name in ("ownership", "tags")}
    for task in sorted(edges.tasks.get(dag_id, ())):
        yield PRODUCER.job(
            at,
            (edges.namespace, ".".join(task)),
            {**owned, **facets.job_type("AIRFLOW", "TASK")},
            inputs=_named(edges.read_by_task.get(task, ())),
            outputs=_named(edges.written_by_task.get(task, ())),
        )


def _facets(dag: dict[str, Any]) -> facets.Facets:
    tags = [each["name"] for each in dag.get("tags") or () if isinstance(each, dict) and each.get("name")]
    return {
        **facets.documentation(dag.get("description"), of="Job"),
        **facets.ownership((owner.strip() for text in dag.get("owners") or () for owner in text.split(",")), of="Job"),
        **facets.tags([facets.tag(name, name, "AIRFLOW") for name in tags], of="Job"),
        **facets.schedule(
            _schedule(dag),
            next_run_at=same_iso(dag.get("next_dagrun_run_after") or dag.get("next_dagrun_create_after")),
            is_paused=dag.get("is_paused"),
        ),
    }


def _schedule(dag: dict[str, Any]) -> str:
    """As Airflow 3 sums it up; in Airflow 2 a cron expression or an interval, else its description."""
    if dag.get("timetable_summary"):
        return str(dag["timetable_summary"])
    interval = dag.get("schedule_interval")
    if not isinstance(interval, dict):
        return str(dag.get("timetable_description") or "")
    if interval.get("value"):
        return str(interval["value"])
    days, seconds = interval.get("days"), interval.get("seconds")
    if isinstance(days, int) and isinstance(seconds, int) and abs(days) < 100_000 and abs(seconds) < 10**9:
        return str(timedelta(days=days, seconds=seconds))
    return str(dag.get("timetable_description") or "")


def _named(datasets: Iterable[Name]) -> list[Event]:
    return [PRODUCER.input(dataset) for dataset in sorted(datasets)]
