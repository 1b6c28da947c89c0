"""Reads all that Marquez has received: its events as they came, then what people added to jobs and datasets."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connectors.http import MIB, MOST_ROWS, JsonService, NotThere, TooLong, offset_pages, rows
from connectors.marquez.declared import dataset_event, has_run, job_event, run_events
from connectors.openlineage import moments
from connectors.openlineage.events import Event
from connectors.openlineage.seen import Seen
from connectors.records import ConnectorError, LineageFound, Right
from connectors.shapes import Json, text

API = "/api/v1"
PAGE = 100
LONGEST = 32 * MIB  # of one answer
BEGINNING = "1970-01-01T00:00:00Z"


class MarquezLineage:
    """One Marquez server. It has no login of its own; one in the address, or a token, is for a proxy before it."""

    def __init__(self, url: str, *, token: str = "", allowed_hosts: Collection[str] = ()) -> None:
        self._web = JsonService(url, product="Marquez", token=token, allowed_hosts=allowed_hosts, limit=LONGEST)

    def test(self) -> list[Right]:
        fix = "Check the address; a proxy before Marquez may want a login."
        with self._web as web:
            return [
                web.tried("may read namespaces", lambda: web.get(f"{API}/namespaces", limit=1), fix),
                web.tried("may read events", lambda: web.get(f"{API}/events/lineage", limit=1), fix),
            ]

    def read_lineage(self, *, since: Mapping[str, Any]) -> Iterator[LineageFound]:
        """Events since the newest that was read; then datasets, and jobs that never ran, as far as they are new.

        Marquez tells events of runs only, and nothing of tags that people set. A Marquez too old to tell events at all
        tells jobs with their newest runs instead.
        """
        cursor, has_events = dict(since), True
        with self._web:
            try:
                for page in self._events(text(since, "events_until") or BEGINNING):
                    cursor["events_until"] = text(page[-1], "eventTime") or cursor.get("events_until")
                    yield LineageFound({**cursor}, page)
            except NotThere:
                has_events = False
            seen = Seen(since)
            for namespace in self._namespaces():
                for events in self._declared(namespace, with_runs=not has_events):
                    yield LineageFound({**cursor, "seen": seen.so_far()}, list(seen.new(events)))
            yield LineageFound({**cursor, "seen": seen.complete()})

    def _events(self, after: str) -> Iterator[list[Event]]:
        """Oldest first, from `after` on, which is read again. Goes on from the last time instead of by offset, because
        Marquez sorts by time alone: events of one moment may come in another order when they are asked for again."""
        offset, size = 0, PAGE
        for _ in range(MOST_ROWS):
            asked = {"after": after, "sortDirection": "asc", "limit": size, "offset": offset}
            try:
                page = rows(self._web.get(f"{API}/events/lineage", **asked), "events", "Marquez")
            except TooLong:
                if size == 1:
                    raise
                size //= 2  # Spark's events can be megabytes long
                continue
            if page:
                yield page
            if len(page) < size:
                return
            last = text(page[-1], "eventTime")
            is_one_moment = moments.moment(last) == moments.moment(after)
            after, offset = last, offset + len(page) if is_one_moment else 0
        raise ConnectorError("Marquez' list of events never ends.")

    def _declared(self, namespace: str, *, with_runs: bool) -> Iterator[list[Event]]:
        place = f"{API}/namespaces/{quote(namespace, safe='')}"
        for page in self._pages(f"{place}/datasets", "datasets"):
            yield [dataset_event(each) for each in page if each.get("deleted") is not True]
        for page in self._pages(f"{place}/jobs", "jobs"):
            if with_runs:
                yield [event for job in page for event in (job_event(job), *run_events(job))]
            else:
                yield [job_event(job) for job in page if not has_run(job)]

    def _namespaces(self) -> list[str]:
        found = [text(each, "name") for page in self._pages(f"{API}/namespaces", "namespaces") for each in page]
        return [name for name in found if name]

    def _pages(self, path: str, name: str) -> Iterator[list[Json]]:
        def ask(offset: int) -> tuple[list[Json], int | None]:
            answer = self._web.get(path, limit=PAGE, offset=offset)
            total = answer.get("totalCount") if isinstance(answer, dict) else None
            return rows(answer, name, "Marquez"), total if isinstance(total, int) else None

        return offset_pages(ask, size=PAGE)
