"""Reads flows, deployments and flow runs over Prefect's REST API."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from connectors.http import JsonService, offset_pages
from connectors.openlineage import moments
from connectors.openlineage.events import Event, Name
from connectors.openlineage.seen import Seen
from connectors.prefect.jobs import deployment_event, deployment_job, flow_event, flow_job
from connectors.prefect.runs import run_events
from connectors.records import ConnectorError, LineageFound, Right
from connectors.shapes import Json, text

PAGE = 200  # the most that Prefect gives
FIRST = timedelta(days=30)  # how far back the first read goes
# Runs are read by the day of their end: Prefect cannot sort by the end, and a read may stop between two days.
STEP = timedelta(days=1)
# A run's end is set by the worker's clock before it is written, so a read may come between.
OVERLAP = timedelta(minutes=5)
MOST_UPCOMING = 50  # pages of runs to come: later ones are of deployments that run seldom, or were told before
RIGHTS = "Give the login of the server (PREFECT_SERVER_API_AUTH_STRING), or for Prefect Cloud a key as token."


class PrefectLineage:
    """One Prefect server, or one workspace of Prefect Cloud. `url` is what Prefect calls PREFECT_API_URL."""

    def __init__(
        self, url: str, *, namespace: str = "prefect", token: str = "", allowed_hosts: Collection[str] = ()
    ) -> None:
        self._web = JsonService(_with_path(url), product="Prefect", token=token, allowed_hosts=allowed_hosts)
        self._namespace = namespace
        self._version = ""
        self._jobs: dict[str, Name] = {}  # by the ids of flows and deployments

    def test(self) -> list[Right]:
        with self._web as web:
            return [
                web.tried("answers", lambda: web.get("/health"), "Check the address, which ends in /api."),
                web.tried("may read flows", lambda: self._page("flows", 0, {}, size=1), RIGHTS),
                web.tried("may read deployments", lambda: self._page("deployments", 0, {}, size=1), RIGHTS),
                web.tried("may read runs", lambda: self._page("flow_runs", 0, {}, size=1), RIGHTS),
            ]

    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """Flows and deployments that are new or changed, then runs that are under way or have ended since."""
        with self._web as web:
            self._version = str(web.get("/admin/version"))
            seen = Seen(since)
            for events in self._declared():
                yield LineageFound({**since, "seen": seen.so_far()}, list(seen.new(events)))
            cursor = {**since, "seen": seen.complete()}
            for page in self._pages("flow_runs", {"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}):
                yield LineageFound(cursor, self._runs(page))
            for begin, end in _days(since):
                ended = {"flow_runs": {"end_time": {"after_": moments.iso(begin), "before_": moments.iso(end)}}}
                for page in self._pages("flow_runs", ended | {"sort": "END_TIME_DESC"}):
                    yield LineageFound(cursor, self._runs(page))
                cursor = {**cursor, "runs_ended": moments.iso(end)}
            yield LineageFound(cursor)

    def _declared(self) -> Iterator[list[Event]]:
        """Page by page. Fills in what the jobs of runs are called."""
        flows: dict[str, Json] = {}
        for page in self._pages("flows", {"sort": "NAME_ASC"}):
            flows |= {text(flow, "id"): flow for flow in page if text(flow, "name")}
            yield [flow_event(self._namespace, flow, moments.now()) for flow in page if text(flow, "name")]
        self._jobs = {flow_id: flow_job(self._namespace, flow) for flow_id, flow in flows.items()}
        upcoming = self._upcoming()
        for page in self._pages("deployments", {"sort": "NAME_ASC"}):
            of_flows = [(flow, each) for each in page if (flow := flows.get(text(each, "flow_id")))]
            for flow, deployment in of_flows:
                self._jobs[text(deployment, "id")] = deployment_job(self._namespace, flow, deployment)
            yield [
                deployment_event(self._namespace, flow, each, upcoming.get(text(each, "id")), moments.now())
                for flow, each in of_flows
            ]

    def _upcoming(self) -> dict[str, str]:
        """When each deployment runs next. Prefect makes many runs of each beforehand, and tells the soonest first."""
        scheduled = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "sort": "EXPECTED_START_TIME_ASC"}
        found: dict[str, str] = {}
        for page in islice(self._pages("flow_runs", scheduled), MOST_UPCOMING):
            for run in page:
                found.setdefault(text(run, "deployment_id"), text(run, "expected_start_time"))
        return found

    def _runs(self, page: list[Json]) -> list[Event]:
        named = (
            (self._jobs.get(text(run, "deployment_id")) or self._jobs.get(text(run, "flow_id")), run) for run in page
        )
        return [event for job, run in named if job for event in run_events(job, run, self._version)]

    def _pages(self, what: str, body: dict[str, Any]) -> Iterator[list[Json]]:
        return offset_pages(lambda offset: (self._page(what, offset, body), None), size=PAGE)

    def _page(self, what: str, offset: int, body: dict[str, Any], *, size: int = PAGE) -> list[Json]:
        found = self._web.post(f"/{what}/filter", {**body, "limit": size, "offset": offset})
        if not isinstance(found, list):
            raise ConnectorError(
                f"Prefect answers without a list of {what.replace('_', ' ')}.", fix="Check the address."
            )
        return [each for each in found if isinstance(each, dict)]


def _days(since: Mapping[str, Any]) -> Iterator[tuple[datetime, datetime]]:
    """From the last read to now, a day at a time."""
    now, last = datetime.now(UTC), moments.moment(since.get("runs_ended"))
    begin = last - OVERLAP if last else now - FIRST
    while begin < now:
        end = min(begin + STEP, now)
        yield begin, end
        begin = end


def _with_path(url: str) -> str:
    """A server's address alone stands for its API."""
    return url if urlsplit(url).path.strip("/") else f"{url.rstrip('/')}/api"
