"""A table that is dropped, renamed or emptied: shown on its page, and told to whom it hits, once."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from lineage.actions.changes import tell_changes
from lineage.actions.replaying import replay
from lineage.models import Node, TableChange
from registry.models import Message
from tests.cast import page_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, make_orders, run
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 13, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def orders(cast: SimpleNamespace) -> SimpleNamespace:
    forget()
    return make_orders(cast)


def happened(kind: str, table: str = RAW, at: datetime = AT, was: str = "", event_type: str = "COMPLETE") -> Any:
    facet: dict[str, Any] = {"lifecycleStateChange": kind}
    if was:
        facet["previousIdentifier"] = {"namespace": WAREHOUSE, "name": was}
    event = run("admin", [], [table], at.isoformat(), lifecycleStateChange=facet)
    return event | {"eventType": event_type}


def told() -> list[tuple[str, list[str]]]:
    return [(one.title, one.data["keys"]) for one in Message.objects.filter(event="table.changed").order_by("id")]


def test_who_is_hit_hears_of_it_once(orders: SimpleNamespace) -> None:
    tell(happened("DROP"), happened("DROP", at=AT - timedelta(seconds=1), event_type="START"))
    assert tell_changes(AT + timedelta(minutes=5)) == 0, "it may be made again"
    assert tell_changes(LATER) == 1
    assert (
        sorted(told())
        == [
            ("Dropped: raw.orders", ["model:fraud"]),
            ("Dropped: raw.orders", ["shop.order_stats", "secret.scores"]),
        ]
        or [title for title, _ in told()] == ["Dropped: raw.orders"] * 2
    )
    tell(happened("DROP"))
    replay()
    assert tell_changes(LATER) == 0
    assert len(told()) == 2


def test_a_rename_is_told_to_readers_of_the_old_name(orders: SimpleNamespace) -> None:
    tell(happened("RENAME", "dwh.raw.orders_old", was=RAW))
    assert tell_changes(LATER) == 1
    assert {title for title, _ in told()} == {"Renamed: raw.orders"}


@pytest.mark.parametrize(
    "after",
    [
        happened("CREATE", at=AT + timedelta(minutes=1)),
        run("load", [], [RAW], (AT + timedelta(minutes=1)).isoformat()),
    ],
)
def test_what_is_made_again_is_no_news(orders: SimpleNamespace, after: dict[str, Any]) -> None:
    tell(happened("DROP"), after)
    assert tell_changes(LATER) == 0
    assert TableChange.objects.exclude(settled_at=None).count() == 1


def test_neither_is_what_is_old_or_failed_or_filled_at_once(orders: SimpleNamespace) -> None:
    filled = happened("TRUNCATE", CLEAN)
    filled["outputs"][0]["outputFacets"] = {"outputStatistics": {"rowCount": 12}}
    tell(happened("DROP", at=AT - timedelta(days=3)), happened("DROP", CLEAN, event_type="FAIL"), filled)
    assert TableChange.objects.count() == 1
    assert tell_changes(LATER) == 0
    assert told() == []


def test_any_order_adds_up_to_the_same(orders: SimpleNamespace) -> None:
    events = [happened("DROP"), happened("TRUNCATE", at=LATER), happened("RENAME", CLEAN, was=RAW)]
    tell(*events)
    held = set(TableChange.objects.values_list("node", "kind", "run", "at", "before"))
    TableChange.objects.all().delete()
    forget()
    tell(*reversed(events))
    assert set(TableChange.objects.values_list("node", "kind", "run", "at", "before")) == held


def test_its_page_says_so(orders: SimpleNamespace) -> None:
    tell(happened("RENAME", "dwh.raw.orders_2026", was=RAW))
    page = page_as(orders.cast.viewer).get(f"/a/{Node.objects.get(name=RAW).pk}/").content.decode()
    assert "Renamed" in page
    assert "dwh.raw.orders_2026" in page
    assert "says https://example.org" in page
