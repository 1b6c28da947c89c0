"""What came in and how much there is, as Marquez's pages draw it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import api_as
from tests.lineage.marquez import API, ask
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import tell

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.fixture
def told(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The company a day later, when two more runs of new jobs have failed."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    for job, at in (("late", "2026-11-20T23:30:00Z"), ("later", "2026-11-21T12:10:00Z")):
        tell(run(job, [RAW], [CLEAN], at) | {"eventType": "FAIL"})
    world.events = api_as(world.cast.auditor)
    return world


def jobs(found: dict[str, Any]) -> list[str]:
    return [event["job"]["name"] for event in found["events"]]


def test_events_by_time(told: SimpleNamespace) -> None:
    assert jobs(ask(told.events, "/events/lineage")) == ["later", "late", "clean"]
    assert jobs(ask(told.events, "/events/lineage", sortDirection="asc", limit=2)) == ["clean", "late"]
    between = {"after": "2026-11-20T12:00:00Z", "before": "2026-11-21T12:10:00.000Z"}
    assert jobs(ask(told.events, "/events/lineage", **between)) == ["late", "clean"]
    page = ask(told.events, "/events/lineage", limit=1, offset=1, before="", after="")
    assert (jobs(page), page["totalCount"]) == (["late"], 3)
    assert told.events.get(f"{API}/events/lineage", {"after": "yesterday"}).status_code == 400


def test_events_of_runs_only(told: SimpleNamespace) -> None:
    """Marquez's pages read the run of each."""
    tell({name: value for name, value in run("static", [RAW], []).items() if name not in ("run", "eventType")})
    assert jobs(ask(told.events, "/events/lineage")) == ["later", "late", "clean"]


def test_our_own_list_of_events_stays_where_it_is(told: SimpleNamespace) -> None:
    assert ask(told.api, "/events").keys() == {"data", "after", "has_more"}


def test_events_of_a_day_by_the_hour(told: SimpleNamespace) -> None:
    found = ask(told.api, "/stats/lineage-events", period="DAY", timezone="Europe/Rome")
    assert len(found) == 24
    assert found[-1] == {
        "startInterval": "2026-11-21T13:00:00+01:00", "endInterval": "2026-11-21T14:00:00+01:00", "fail": 1, "start": 0,
        "complete": 0, "abort": 0,
    }  # fmt: skip
    assert sum(one["fail"] for one in found) == 2


@pytest.mark.parametrize(
    ("zone", "yesterday", "today"), [("UTC", 1, 1), ("Europe/Rome", 0, 2), ("Etc/GMT 5", 1, 1), ("", 1, 1)]
)
def test_events_of_a_week_by_the_day(told: SimpleNamespace, zone: str, yesterday: int, today: int) -> None:
    found = ask(told.api, "/stats/lineage-events", period="WEEK", timezone=zone)
    assert [one["fail"] for one in found] == [0, 0, 0, 0, 0, yesterday, today]


@pytest.mark.parametrize(
    ("asset", "counts"),
    [("jobs", [0, 0, 0, 0, 0, 2, 3]), ("datasets", [3, 3, 3, 3, 3, 5, 5]), ("sources", [1, 1, 1, 1, 1, 2, 2])],
)
def test_how_many_there_were_by_the_end_of_each_day(told: SimpleNamespace, asset: str, counts: list[int]) -> None:
    """Of what the caller sees; views and consumers have always been there."""
    found = ask(told.api, f"/stats/{asset}", period="WEEK", timezone="UTC")
    assert [one["count"] for one in found] == counts
    stranger = ask(api_as(told.cast.viewer), f"/stats/{asset}", period="WEEK", timezone="UTC")
    assert [one["count"] for one in stranger] == [count - (asset == "datasets") for count in counts]


@pytest.mark.parametrize(
    "query",
    [{}, {"period": "MONTH"}, {"period": "DAY", "timezone": "Mars/Base"}, {"period": "DAY", "timezone": "../x"}],
)
def test_questions_that_make_no_sense(told: SimpleNamespace, query: dict[str, str]) -> None:
    for asset in ("lineage-events", "jobs", "datasets", "sources"):
        assert told.api.get(f"{API}/stats/{asset}", query).status_code == 400
