"""Limits held against measurements, and what time alone does to them."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.judging import freshness, judge, nulls, worst
from registry.choices import Health
from registry.models import FeatureView

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def view(**facts: object) -> FeatureView:
    return FeatureView(pk=1, **{"schedule_every": timedelta(hours=1), "source_read_at": NOW, **facts})


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(minutes=5), Health.OK),
        (timedelta(minutes=96), Health.OK),
        (timedelta(minutes=97), Health.AT_RISK),
        (timedelta(hours=2), Health.AT_RISK),
        (timedelta(hours=2, seconds=1), Health.BREACHED),
        (timedelta(hours=-3), Health.OK),  # a clock ahead of ours is no breach
    ],
)
def test_hourly_work_is_late_after_two_hours(age: timedelta, expected: Health) -> None:
    assert freshness(view(source_until=NOW - age), NOW)[0] == expected


@pytest.mark.parametrize(
    ("every", "limit"),
    [
        (timedelta(minutes=15), timedelta(hours=2)),
        (timedelta(hours=1), timedelta(hours=2)),
        (timedelta(days=1), timedelta(hours=25)),
        (timedelta(days=7), timedelta(days=7, hours=1)),
        (None, None),
    ],
)
def test_limit_follows_the_schedule(every: timedelta | None, limit: timedelta | None) -> None:
    assert view(schedule_every=every).freshness_limit == limit


def test_owner_s_limit_wins() -> None:
    assert view(slo_freshness=timedelta(minutes=10)).freshness_limit == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"source_read_at": None}, "never read"),
        ({"schedule_every": None, "source_until": NOW}, "no freshness limit"),
        ({"kind": "on_demand"}, "request time"),
    ],
)
def test_unknown_is_said_with_its_reason(facts: dict[str, object], words: str) -> None:
    state, reason = freshness(view(**facts), NOW)
    assert state == Health.UNKNOWN
    assert words in reason


def test_an_empty_store_is_a_breach() -> None:
    state, reason = freshness(view(is_online=True, served_read_at=NOW, source_until=NOW), NOW)
    assert (state, reason) == (Health.BREACHED, "The online store holds no rows.")


def test_what_is_served_counts_where_the_view_is_online() -> None:
    stale = view(is_online=True, served_read_at=NOW, served_until=NOW - timedelta(days=3), source_until=NOW)
    assert freshness(stale, NOW)[0] == Health.BREACHED


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([0.0, 0.01], Health.OK),
        ([0.0, 0.045], Health.AT_RISK),
        ([0.0, 0.051], Health.BREACHED),
        ([0.0, None], Health.UNKNOWN),
        ([0.2, None], Health.BREACHED),
    ],
)
def test_null_rates_against_five_percent(rates: list[float | None], expected: Health) -> None:
    assert nulls(view(), rates)[0] == expected


def test_unknown_outranks_ok_and_nothing_else() -> None:
    assert worst(Health.OK, Health.UNKNOWN) == Health.UNKNOWN
    assert worst(Health.AT_RISK, Health.UNKNOWN) == Health.AT_RISK


def test_reasons_do_not_change_by_the_minute() -> None:
    late = view(source_until=NOW - timedelta(hours=5))
    assert judge(late, [0.0], NOW) == judge(late, [0.0], NOW + timedelta(minutes=7))
