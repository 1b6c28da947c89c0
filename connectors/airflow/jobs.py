"""DAGs, and those of their tasks that touch assets, as JobEvents."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from connectors.airflow.assets import AssetEdges
from connectors.airflow.runs import PRODUCER
from connectors.openlineage import facets
from connectors.openlineage.events import Event, Name
from connectors.openlineage.moments import same_iso
from connectors.shapes import Json, items, part, parts, text


def job_events(dag: Json, edges: AssetEdges, at: str) -> Iterator[Event]:
    """The DAG as a job of its own, called as Airflow's provider calls it, and `dag.task` for each task with assets."""
    if not (dag_id := text(dag, "dag_id")):
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
            outputs=[PRODUCER.output(dataset) for dataset in sorted(edges.written_by_task.get(task, ()))],
        )


def _facets(dag: Json) -> facets.Facets:
    tags = filter(None, (text(tag, "name") for tag in parts(dag, "tags")))
    owners = (owner.strip() for written in items(dag, "owners") for owner in str(written).split(","))
    is_paused = dag.get("is_paused")
    return {
        **facets.documentation(text(dag, "description"), of="Job"),
        **facets.ownership(owners, of="Job"),
        **facets.tags([facets.tag(name, name, "AIRFLOW") for name in tags], of="Job"),
        **facets.schedule(
            _schedule(dag),
            next_run_at=same_iso(dag.get("next_dagrun_run_after") or dag.get("next_dagrun_create_after")),
            is_paused=is_paused if isinstance(is_paused, bool) else None,
        ),
    }


def _schedule(dag: Json) -> str:
    """As Airflow 3 sums it up; in Airflow 2 a cron expression or an interval, else its description."""
    interval = part(dag, "schedule_interval")
    written = text(dag, "timetable_summary") or text(interval, "value")
    return written or _duration(interval) or text(dag, "timetable_description")


def _duration(interval: Json) -> str:
    """{"days": 1, "seconds": 3600} as "1 day, 1:00:00"."""
    days, seconds = interval.get("days"), interval.get("seconds")
    if not (isinstance(days, int) and isinstance(seconds, int)):
        return ""
    return str(timedelta(days=days, seconds=seconds)) if abs(days) < 100_000 and abs(seconds) < 10**9 else ""


def _named(datasets: Iterable[Name]) -> list[Event]:
    return [PRODUCER.input(dataset) for dataset in sorted(datasets)]
