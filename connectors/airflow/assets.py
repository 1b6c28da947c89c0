"""What tasks and DAGs read and write, as far as assets say so. Airflow 2 calls assets datasets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.openlineage.events import Name
from connectors.openlineage.names import of_uri

Task = tuple[str, str]  # dag_id, task_id


@dataclass(slots=True)
class AssetEdges:
    """Datasets by who touches them. A DAG reads the assets whose updates start it."""

    namespace: str
    read_by_dag: dict[str, set[Name]] = field(default_factory=lambda: defaultdict(set))
    read_by_task: dict[Task, set[Name]] = field(default_factory=lambda: defaultdict(set))
    written_by_task: dict[Task, set[Name]] = field(default_factory=lambda: defaultdict(set))
    tasks: dict[str, set[Task]] = field(default_factory=lambda: defaultdict(set))

    def add(self, asset: dict[str, Any]) -> None:
        if not (uri := str(asset.get("uri") or "")):
            return
        # An asset that is only a name is known in this Airflow alone, so it lives in the namespace of its jobs.
        dataset = of_uri(uri) or (self.namespace, uri)
        for dag_id in _ids(asset.get("scheduled_dags") or asset.get("consuming_dags")):
            self.read_by_dag[dag_id].add(dataset)
        for task in _tasks(asset.get("consuming_tasks")):
            self.read_by_task[task].add(dataset)
            self.tasks[task[0]].add(task)
        for task in _tasks(asset.get("producing_tasks")):
            self.written_by_task[task].add(dataset)
            self.tasks[task[0]].add(task)


def _ids(references: Any) -> Iterable[str]:
    return (str(each["dag_id"]) for each in _objects(references) if each.get("dag_id"))


def _tasks(references: Any) -> Iterable[Task]:
    wanted = (each for each in _objects(references) if each.get("dag_id") and each.get("task_id"))
    return ((str(each["dag_id"]), str(each["task_id"])) for each in wanted)


def _objects(references: Any) -> list[dict[str, Any]]:
    return [each for each in references if isinstance(each, dict)] if isinstance(references, list) else []
