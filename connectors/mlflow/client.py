"""Reads MLflow's model registry over its REST API, and the runs that trained what is registered."""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby, islice
from typing import Any

from connectors.http import MOST_ROWS, JsonService, NotAllowed, NotThere, rows
from connectors.mlflow.models import CUT, REFS, model_record, tags_of
from connectors.mlflow.runs import run_events
from connectors.openlineage.seen import Seen
from connectors.records import ConnectorError, LineageFound, ModelRecord, Right
from connectors.shapes import Json, part, text

API = "/api/2.0/mlflow"
PAGE = 200
MOST_VERSIONS = 100  # of one model, the newest: each costs one question about its run
AT_ONCE = 50  # models of one page of ours
RIGHTS = "Give the user READ on the experiments and registered models that Charter shall know."


class MlflowModels:
    """One MLflow tracking server, or Databricks. `namespace` is that of the jobs that train models."""

    def __init__(
        self, url: str, *, namespace: str = "mlflow", token: str = "", allowed_hosts: Collection[str] = ()
    ) -> None:
        self._web = JsonService(url, product="MLflow", token=token, allowed_hosts=allowed_hosts)
        self._namespace = namespace

    def test(self) -> list[Right]:
        with self._web as web:
            return [
                web.tried("may read models", lambda: web.get(f"{API}/registered-models/search", max_results=1), RIGHTS),
                web.tried("may read versions", lambda: web.get(f"{API}/model-versions/search", max_results=1), RIGHTS),
                web.tried("may read experiments", lambda: web.get(f"{API}/experiments/search", max_results=1), RIGHTS),
            ]

    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """Models that are new or changed, with all their versions up to a limit, and the runs that trained these.

        MLflow does not move a version's time when somebody tags it, so all versions are read and compared.
        """
        seen = Seen(since)
        with self._web:
            listed = self._rows("registered-models/search", "registered_models")
            models = {text(model, "name"): model for model in listed}
            names = frozenset(models)
            found = self._changed(seen, models)
            while page := list(islice(found, AT_ONCE)):
                yield _together(page, {"seen": seen.so_far()})
            yield LineageFound({"seen": seen.complete()}, model_names=names)

    def _changed(self, seen: Seen, models: dict[str, Json]) -> Iterator[LineageFound]:
        """The versions come sorted by model, so that those of one model are enough to hold."""
        versions = self._rows("model-versions/search", "model_versions", order_by="name ASC")
        for name, group in groupby(versions, key=lambda version: text(version, "name")):
            of_it = list(group)
            if (model := models.pop(name, None)) and seen.is_new([model, of_it]):
                yield self._model(model, of_it)
        yield from (self._model(model, []) for model in models.values() if seen.is_new([model, []]))

    def _model(self, model: Json, versions: list[Json]) -> LineageFound:
        newest = sorted(versions, key=_number, reverse=True)[:MOST_VERSIONS]
        runs = {
            run_id: self._run(run_id) for run_id in dict.fromkeys(text(each, "run_id") for each in newest) if run_id
        }
        record = model_record(model, newest, runs)
        job = (self._namespace, record.name)
        events = [event for run in runs.values() for event in run_events(job, run)]
        return LineageFound({}, events, [record], _warnings(record, len(versions), runs))

    def _run(self, run_id: str) -> Json:
        """{} for a run that somebody deleted, or that this user may not see."""
        try:
            return part(self._web.get(f"{API}/runs/get", run_id=run_id), "run")
        except (NotThere, NotAllowed):
            return {}

    def _rows(self, path: str, name: str, **parameters: Any) -> Iterator[Json]:
        """All pages of a search, which go on by a token. MLflow leaves out a list that is empty."""
        token: str | None = None
        for _ in range(MOST_ROWS // PAGE):
            answer = self._web.get(f"{API}/{path}", max_results=PAGE, page_token=token, **parameters)
            if isinstance(answer, dict):
                answer.setdefault(name, [])
            yield from rows(answer, name, "MLflow")
            if not (token := text(answer, "next_page_token") or None):
                return
        raise ConnectorError(f"MLflow's list of {name.replace('_', ' ')} never ends.")


def _together(found: list[LineageFound], cursor: dict[str, Any]) -> LineageFound:
    return LineageFound(
        cursor,
        [event for each in found for event in each.events],
        [model for each in found for model in each.models],
        [warning for each in found for warning in each.warnings],
    )


def _warnings(record: ModelRecord, versions: int, runs: dict[str, Json]) -> list[str]:
    said = []
    if versions > MOST_VERSIONS:
        said.append(f"Of {versions:,} versions of {record.name} the newest {MOST_VERSIONS} were read.")
    if any(tags_of(part(run, "data")).get(REFS, "").endswith(CUT) for run in runs.values()):
        said.append(f"The list of features that {record.name} reads was cut by Feast, which MLflow makes it do.")
    return said


def _number(version: Json) -> int:
    written = text(version, "version")
    return int(written) if written.isdecimal() else 0
