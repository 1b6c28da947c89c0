"""What tasks and DAGs read and write, as far as assets say so. Airflow 2 calls assets datasets."""

from collections import defaultdict
from dataclasses import dataclass, field

from connectors.openlineage.events import Name
from connectors.openlineage.names import of_uri
from connectors.redaction import without_secrets
from connectors.shapes import Json, parts, text

Task = tuple[str, str]  # dag_id, task_id


@dataclass(slots=True)
class AssetEdges:
    """Datasets by who touches them. A DAG reads the assets whose updates start it."""

    namespace: str
    read_by_dag: dict[str, set[Name]] = field(default_factory=lambda: defaultdict(set))
    read_by_task: dict[Task, set[Name]] = field(default_factory=lambda: defaultdict(set))
    written_by_task: dict[Task, set[Name]] = field(default_factory=lambda: defaultdict(set))
    tasks: dict[str, set[Task]] = field(default_factory=lambda: defaultdict(set))

    def add(self, asset: Json) -> None:
        if not (uri := text(asset, "uri")):
            return
        # An asset that is only a name is known in this Airflow alone, so it lives in the namespace of its jobs.
        dataset = of_uri(uri) or (self.namespace, without_secrets(uri))
        for reference in parts(asset, "scheduled_dags") or parts(asset, "consuming_dags"):
            self.read_by_dag[text(reference, "dag_id")].add(dataset)
        self._touch(self.read_by_task, parts(asset, "consuming_tasks"), dataset)
        self._touch(self.written_by_task, parts(asset, "producing_tasks"), dataset)

    def _touch(self, by_task: dict[Task, set[Name]], references: list[Json], dataset: Name) -> None:
        for reference in references:
            task = (text(reference, "dag_id"), text(reference, "task_id"))
            if all(task):
                by_task[task].add(dataset)
                self.tasks[task[0]].add(task)
