"""Reads DAGs, assets and runs over Airflow's REST API: v1 of Airflow 2, v2 of Airflow 3."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.airflow.assets import AssetEdges
from connectors.airflow.jobs import job_events
from connectors.airflow.runs import run_events
from connectors.http import MOST_ROWS, JsonService, NotThere, Page, offset_pages, rows
from connectors.openlineage import moments
from connectors.openlineage.seen import Seen
from connectors.records import ConnectorError, LineageFound, Right

PAGE = 100  # the most that Airflow gives unless its configuration says otherwise
FIRST = timedelta(days=30)  # how far back the first read goes
# A run's end is set before it is written, so a read may come between. What comes twice has the same run id and times.
OVERLAP = timedelta(minutes=5)
RIGHTS = "Give the user a role that may read DAGs, DAG runs and assets; Airflow calls it Viewer."


class AirflowLineage:
    """One Airflow. `namespace` must be its AIRFLOW__OPENLINEAGE__NAMESPACE, for pulled and pushed runs to be one."""

    def __init__(
        self, url: str, *, namespace: str = "default", token: str = "", allowed_hosts: Collection[str] = ()
    ) -> None:
        self._web = JsonService(url, product="Airflow", token=token, allowed_hosts=allowed_hosts)
        self._has_token = bool(token)
        self._namespace = namespace
        self._api = ""
        self._version = ""

    def test(self) -> list[Right]:
        with self._web:
            tried = [self._web.tried("answers", self._open, "Check the address.")]
            if tried[0].ok:
                asked = {"may read DAGs": "/dags", "may read runs": "/dags/~/dagRuns", "may read assets": self._assets}
                tried += [
                    self._web.tried(name, partial(self._get, path, limit=1), RIGHTS) for name, path in asked.items()
                ]
        return tried

    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """Assets, then DAGs that are new or changed, then runs that are under way or have ended since."""
        with self._web:
            self._open()
            seen = Seen(since)
            yield from self._jobs(seen, since)
            cursor = {**since, "seen": seen.complete()}
            for page in self._pages("/dags/~/dagRuns", "dag_runs", state="running", order_by="start_date"):
                yield LineageFound(cursor, self._runs(page))
            for page in self._ended_runs(_begin(since)):
                cursor = {**cursor, "runs_ended": page[-1].get("end_date")}
                yield LineageFound(cursor, self._runs(page))
            yield LineageFound(cursor)

    def _jobs(self, seen: Seen, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        edges, warnings = self._edges()
        for page in self._pages("/dags", "dags", order_by="dag_id"):
            at = moments.now()
            events = [event for dag in page for event in seen.new(job_events(dag, edges, at))]
            yield LineageFound({**since, "seen": seen.so_far()}, events, warnings=warnings)
            warnings = []

    def _edges(self) -> tuple[AssetEdges, list[str]]:
        """All assets; none, and a warning, where they may not be read: DAGs and runs are worth having without."""
        edges = AssetEdges(self._namespace)
        try:
            for page in self._pages(self._assets, self._assets.strip("/"), order_by="id"):
                for asset in page:
                    edges.add(asset)
        except ConnectorError as error:
            return edges, [f"Assets could not be read, so DAGs have no inputs and outputs: {error}"]
        return edges, []

    def _ended_runs(self, since: datetime) -> Iterator[list[dict[str, Any]]]:
        """Oldest end first. Goes on from the last end instead of by offset: runs end while we read."""
        at, offset = moments.iso(since), 0
        for _ in range(MOST_ROWS // PAGE):
            page, total = self._page("/dags/~/dagRuns", "dag_runs", offset, end_date_gte=at, order_by="end_date")
            if page:
                yield page
            if not page or offset + len(page) >= (total or 0):
                return
            last = str(page[-1].get("end_date"))
            at_last = sum(run.get("end_date") == last for run in page)
            at, offset = last, at_last + (offset if last == at else 0)

    def _runs(self, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [event for run in page for event in run_events(self._namespace, run, self._version)]

    def _pages(self, path: str, name: str, **filters: Any) -> Iterator[list[dict[str, Any]]]:
        return offset_pages(lambda offset: self._page(path, name, offset, **filters))

    def _page(self, path: str, name: str, offset: int, **filters: Any) -> Page:
        answer = self._get(path, limit=PAGE, offset=offset, **filters)
        found, total = rows(answer, name, "Airflow"), answer.get("total_entries")
        return found, total if isinstance(total, int) else None

    def _get(self, path: str, **parameters: Any) -> Any:
        return self._web.get(f"{self._api}{path}", **parameters)

    @property
    def _assets(self) -> str:
        return "/assets" if self._api.endswith("v2") else "/datasets"

    def _open(self) -> None:
        """Find out which API there is, and log in to it."""
        try:
            answer, api = self._web.get("/api/v2/version"), "/api/v2"
        except NotThere:
            answer, api = self._web.get("/api/v1/version"), "/api/v1"
        self._version = str(answer.get("version", "")) if isinstance(answer, dict) else ""
        login = self._web.address
        if api == "/api/v2" and login.user and not self._has_token:  # Airflow 3 takes no basic authentication
            named = self._web.post("/auth/token", {"username": login.user, "password": login.password})
            self._web.use_token(str(named.get("access_token", "")) if isinstance(named, dict) else "")
        self._api = api


def _begin(since: Mapping[str, Any]) -> datetime:
    ended = moments.moment(since.get("runs_ended"))
    return ended - OVERLAP if ended else datetime.now(UTC) - FIRST
