"""Features are found by any table upstream of them, as soon as the registry is told what lies there."""

from types import SimpleNamespace

import pytest

from lineage.actions.bridging import bridge_changed
from lineage.actions.upstream import tell_upstream
from lineage.queries import upstream
from lineage.queries.upstream import spoken
from registry.models import Upstream
from registry.search import search
from tests.factories import FeatureFactory, ViewFactory
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, run
from tests.lineage.sent import tell
from tests.registry.search_rows import names


def found(world: SimpleNamespace, text: str) -> list[str]:
    return sorted(names(search(world.cast.owner_b, text)))


@pytest.mark.parametrize("table", [RAW, "raw.orders", "RAW.Orders", "orders", f'"{WAREHOUSE}/{RAW}"', CLEAN])
def test_a_table_upstream_by_any_name(world: SimpleNamespace, table: str) -> None:
    tell_upstream()
    assert found(world, f"reads-from:{table}") == ["amount", "country"]


def test_a_view_of_a_view_is_made_from_its_tables(world: SimpleNamespace) -> None:
    view = ViewFactory(project=world.view.project, name="ratios")
    view.upstream_views.add(world.view)
    FeatureFactory(view=view, name="ratio")
    bridge_changed()
    tell_upstream()
    assert found(world, "reads-from:raw.orders") == ["amount", "country", "ratio"]


def test_tables_that_begin_and_cease_to_be_upstream(world: SimpleNamespace) -> None:
    tell(run("load", ["crm.export"], [RAW]))
    assert found(world, "reads-from:crm.export") == []
    assert tell_upstream() == 2
    assert found(world, "reads-from:crm.export") == ["amount", "country"]
    tell(run("load", ["erp.export"], [RAW], at="2026-11-21T12:00:00Z"))
    tell_upstream()
    assert found(world, "reads-from:crm.export") == []
    assert found(world, "reads-from:erp.export") == ["amount", "country"]


def test_what_did_not_change_is_not_told_again(world: SimpleNamespace) -> None:
    assert tell_upstream() == 2
    assert tell_upstream() == 0
    tell(run("clean", [RAW], [CLEAN], at="2026-11-21T12:00:00Z"))
    assert tell_upstream() == 0
    tell(run("elsewhere", ["a.b"], ["a.c"]))
    assert tell_upstream() == 0


def test_another_name_of_a_table_finds_it(world: SimpleNamespace) -> None:
    tell_upstream()
    link = {"symlinks": {"identifiers": [{"namespace": "hive://meta", "name": "lake.orders_raw", "type": "TABLE"}]}}
    tell(run("load", ["crm.export"], [RAW], **link))
    tell_upstream()
    assert found(world, "reads-from:orders_raw") == ["amount", "country"]


def test_a_view_that_loses_its_tables_is_forgotten(world: SimpleNamespace) -> None:
    tell_upstream()
    world.view.gone_at = "2026-11-20T12:00:00Z"
    world.view.save()
    bridge_changed()
    tell_upstream()
    assert not Upstream.objects.filter(view=world.view).exists()


def test_a_hidden_view_is_found_by_those_who_see_it(world: SimpleNamespace) -> None:
    tell_upstream()
    assert Upstream.objects.filter(view=world.secret, tables__contains=["raw.orders"]).exists()
    assert "score" not in names(search(world.cast.owner_b, "reads-from:raw.orders"))
    assert "score" in names(search(world.cast.owner_a, "reads-from:raw.orders"))


def test_the_nearest_of_very_many_are_kept(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upstream, "MOST_TABLES", 3)
    tell(run("gather", [f"crm.part_{number}" for number in range(9)], [RAW]))
    tell_upstream()
    assert found(world, "reads-from:raw.orders") == ["amount", "country"]
    kept = Upstream.objects.get(view=world.view)
    assert kept.is_cut
    assert sum(name.startswith("crm.") for name in kept.tables) == 1
    assert "only the nearest" in search(world.cast.owner_b, "reads-from:orders").notes[0]


def test_jobs_that_feed_each_other_end(world: SimpleNamespace) -> None:
    tell(run("back", [CLEAN], [RAW]), run("self", [RAW], [RAW]))
    tell_upstream()
    assert found(world, "reads-from:raw.orders") == ["amount", "country"]


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        ("s3://Lake", "raw/Orders.parquet", {"raw/orders.parquet", "orders.parquet", "s3://lake/raw/orders.parquet"}),
        ("file", "/data/orders.csv", {"/data/orders.csv", "data/orders.csv", "orders.csv"}),
        ("charter", "shop/orders", {"shop/orders", "orders"}),
        ("kafka://b:9092", "orders", {"orders", "kafka://b:9092/orders"}),
        ("prod", ".", {".", ""}),
    ],
)
def test_ways_to_name_a_table(namespace: str, name: str, expected: set[str]) -> None:
    assert set(spoken(namespace, name)) == expected


def test_names_that_no_index_takes_are_left_out(world: SimpleNamespace) -> None:
    tell(run("load", ["x" * 1_900 + ".export"], [RAW]))
    tell_upstream()
    assert found(world, "reads-from:export") == ["amount", "country"]
