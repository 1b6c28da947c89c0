"""A store under Charter's rules, value by value. With Feast itself: tests/live/test_client_with_feast.py."""

import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from charter.errors import NotUsable
from charter.feast import GovernedStore
from charter.kept import Entry

PRESENT, NULL, MISSING = 1, 2, 3


class Store:
    """Answers as Feast does, with statuses; `values` by column and user."""

    project = "pay"

    def __init__(self) -> None:
        self.values: dict[str, dict[int, tuple[Any, int]]] = {}
        self.error: Exception | None = None
        self.asked: list[Any] = []

    def get_online_features(
        self, features: Any, entity_rows: list[dict[str, Any]], full_feature_names: bool
    ) -> SimpleNamespace:
        assert full_feature_names
        self.asked.append(features)
        if self.error:
            raise self.error
        names = [name.replace(":", "__") for name in features] if isinstance(features, list) else features.columns
        cells = {name: [self.values[name].get(row["user"], (None, MISSING)) for row in entity_rows] for name in names}
        proto = SimpleNamespace(
            metadata=SimpleNamespace(feature_names=SimpleNamespace(val=list(cells))),
            results=[SimpleNamespace(statuses=[status for _, status in column]) for column in cells.values()],
        )
        values = {name: [value for value, _ in column] for name, column in cells.items()}
        return SimpleNamespace(proto=proto, to_dict=lambda: values)


class Reports:
    """In place of the reporter, which has tests of its own."""

    def __init__(self) -> None:
        self.read_: list[tuple[list[str], int]] = []

    def read(self, references: list[str], times: int) -> None:
        self.read_.append((references, times))

    def stop(self) -> None: ...


def entry(name: str, default: Any = None, **said: Any) -> Entry:
    return Entry(f"pay.stats.{name}@1", **{"status": "active", "served": "value", "default": default} | said)


def governed(store: Store, *entries: Entry, **more: Any) -> GovernedStore:
    known = {one.reference.partition("@")[0]: one for one in entries}
    made = GovernedStore(store, None, consumer="model:x", **more)  # type: ignore[arg-type]  # nobody is asked
    made.defaults = SimpleNamespace(entry=known.get, stale_seconds=12.5)  # type: ignore[assignment]
    made.reporter = Reports()  # type: ignore[assignment]
    return made


@pytest.fixture
def store() -> Store:
    made = Store()
    made.values = {
        "stats__amount": {1: (7.0, PRESENT), 2: (None, NULL)},
        "stats__income": {1: (50_000, PRESENT)},
        "stats__leaking": {1: (666, PRESENT)},
    }
    return made


def ask(made: GovernedStore, *names: str, users: Sequence[int] = (1, 2, 3), **more: Any) -> dict[str, list[Any]]:
    return made.get_online_features([f"stats:{name}" for name in names], [{"user": user} for user in users], **more)


def test_defaults_stand_in_for_nothing_and_for_null(store: Store) -> None:
    assert ask(governed(store, entry("amount", 1.5)), "amount") == {"amount": [7.0, 1.5, 1.5]}


def test_a_null_that_the_contract_allows_is_a_value(store: Store) -> None:
    made = governed(store, entry("amount", 1.5, is_nullable=True))
    assert ask(made, "amount") == {"amount": [7.0, None, 1.5]}
    assert made.served == {"store": 2, "default": 1}


def test_without_a_default_nothing_stays_nothing(store: Store) -> None:
    assert ask(governed(store, entry("amount")), "amount") == {"amount": [7.0, None, None]}
    assert ask(governed(store), "amount") == {"amount": [7.0, None, None]}, "unknown to Charter is no outage"


def test_what_is_quarantined_is_not_asked_for(store: Store) -> None:
    made = governed(store, entry("amount"), entry("leaking", 0, served="default", status="quarantined"))
    assert ask(made, "amount", "leaking", users=[1]) == {"amount": [7.0], "leaking": [0]}
    assert store.asked == [["stats:amount"]]


def test_a_personal_feature_that_has_closed_is_neither_read_nor_reported(store: Store) -> None:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    made = governed(store, entry("income", 40_000, is_personal=True, closes_at=past), entry("amount"))
    assert ask(made, "income", "amount", users=[1]) == {"income": [None], "amount": [7.0]}
    assert store.asked == [["stats:amount"]]
    assert made.reporter.read_ == [(["pay.stats.amount@1"], 1)]  # type: ignore[attr-defined]


def test_what_has_ended_is_refused(store: Store) -> None:
    ended = entry("amount", served="nothing", status="retired", replacement="pay.stats.amount@2")
    with pytest.raises(NotUsable, match="is retired. Read pay.stats.amount@2 instead"):
        ask(governed(store, ended), "amount")
    assert store.asked == []


def test_a_failing_store_is_remembered_then_replaced_then_left_alone(store: Store) -> None:
    now = 1000.0
    made = governed(store, entry("amount", 1.5), clock=lambda: now)
    ask(made, "amount", users=[1])
    store.error = OSError("redis is away")
    assert ask(made, "amount", users=[1]) == {"amount": [7.0]}
    assert ask(made, "amount", users=[9]) == {"amount": [1.5]}
    now += 61
    assert ask(made, "amount", users=[1]) == {"amount": [1.5]}, "an old answer is no answer"
    for _ in range(10):
        ask(made, "amount", users=[1])
    assert len(store.asked) == 1 + 5
    assert made.breaker.is_open


def test_without_answer_and_default_the_store_s_own_error_is_raised(store: Store) -> None:
    store.error = OSError("redis is away")
    made = governed(store, entry("amount"))
    for _ in range(5):
        with pytest.raises(OSError, match="redis is away"):
            ask(made, "amount")
    with pytest.raises(ConnectionError, match="left alone"):
        ask(made, "amount")


def test_full_names_and_names_that_clash(store: Store) -> None:
    store.values["other__amount"] = {1: (8.0, PRESENT)}
    made = governed(store)
    both = ["stats:amount", "other:amount"]
    assert made.get_online_features(both, [{"user": 1}], full_feature_names=True) == {
        "stats__amount": [7.0], "other__amount": [8.0],
    }  # fmt: skip
    with pytest.raises(ValueError, match="would name two features"):
        made.get_online_features(both, [{"user": 1}])
    with pytest.raises(ValueError, match="Write view:feature"):
        made.get_online_features(["stats.amount"], [{"user": 1}])


def test_a_feature_service_is_asked_for_whole(store: Store) -> None:
    projection = SimpleNamespace(
        name="stats",
        name_to_use=lambda: "mine",
        features=[SimpleNamespace(name="amount"), SimpleNamespace(name="leaking")],
    )
    service = SimpleNamespace(feature_view_projections=[projection], columns=["mine__amount", "mine__leaking"])
    store.values = {"mine__amount": {1: (7.0, PRESENT)}, "mine__leaking": {1: (666, PRESENT)}}
    made = governed(store, entry("amount"), entry("leaking", 0, served="default", status="quarantined"))
    assert made.get_online_features(service, [{"user": 1}]) == {"amount": [7.0], "leaking": [0]}
    assert made.reporter.read_ == [(["pay.stats.amount@1", "pay.stats.leaking@1"], 1)]  # type: ignore[attr-defined]


def test_the_log_holds_no_value_and_no_key_of_anybody(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.values["stats__income"] = {4_815_162: (51_234, PRESENT)}
    store.values["stats__amount"] = {4_815_162: (7.0, PRESENT)}
    store.values["stats__unknown"] = {4_815_162: (99_887, PRESENT)}
    made = governed(store, entry("income", is_personal=True), entry("amount"), log_values=True)
    with caplog.at_level(logging.INFO, logger="charter.served"):
        ask(made, "income", "amount", "unknown", users=[4_815_162])
    [record] = caplog.records
    told = json.loads(record.getMessage())
    assert told["features"]["amount"] == {"sources": ["store"], "values": [7.0]}
    assert told["features"]["income"]["values"] == told["features"]["unknown"]["values"] == "personal"
    assert not any(secret in caplog.text for secret in ("51234", "99887", "4815162"))


def test_nothing_is_logged_unless_asked_for(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="charter.served"):
        ask(governed(store, entry("amount")), "amount")
    assert caplog.records == []


def test_what_a_failing_store_says_is_not_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    store.error = OSError("no row for user 4815162")
    ask(governed(store, entry("amount", 1.5)), "amount")
    assert "OSError" in caplog.text
    assert "4815162" not in caplog.text


def test_metrics_say_where_values_came_from(store: Store) -> None:
    def now(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, {"consumer": "model:x", **labels}) or 0.0

    before = now("charter_served_total", source="default")
    made = governed(store, entry("amount", 1.5))
    ask(made, "amount")
    assert now("charter_served_total", source="default") - before == 2
    assert now("charter_stale_seconds") == 12.5
    assert now("charter_store_breaker_open") == 0.0
