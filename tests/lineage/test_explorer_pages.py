"""The explorer, the pages of tables, jobs and runs, and the Lineage tab: what they show, and to whom."""

import csv
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lineage.models import Node, Run
from tests.cast import page_as
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, run
from tests.lineage.sent import tell


@pytest.fixture
def alice(world: SimpleNamespace) -> Client:
    return page_as(world.cast.owner_a)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.getvalue().decode()


def node(name: str) -> Node:
    return Node.objects.get(name=name)


def test_before_anything_is_chosen(alice: Client) -> None:
    shown = text(alice, "/lineage/")
    assert RAW in shown
    assert "shop.order_stats" in shown


@pytest.mark.django_db
def test_before_anything_was_received(cast: SimpleNamespace) -> None:
    shown = text(page_as(cast.viewer), "/lineage/")
    assert "OPENLINEAGE_URL" in shown
    assert "/docs/lineage/" in shown


def test_boxes_and_edges(alice: Client) -> None:
    shown = text(alice, f"/lineage/?node={CLEAN}")
    assert shown.count('class="edge"') == 3
    for label in ("raw.orders", "clean.orders", "order_stats", "scores", f"/a/{node('clean').pk}/"):
        assert label in shown
    assert f"?node={node(RAW).pk}" in shown


def test_what_is_not_shown_is_counted_and_opened(alice: Client, world: SimpleNamespace) -> None:
    shown = text(alice, f"/lineage/?node={RAW}&up=0&down=1")
    assert "Show 2 more downstream of clean.orders" in shown
    opened = text(alice, f"/lineage/?node={RAW}&up=0&down=1&open={node(CLEAN).pk}")
    assert "order_stats" in opened


def test_many_of_a_kind_are_one(alice: Client) -> None:
    tell(run("fan", [CLEAN], [f"dwh.mart.table_{number}" for number in range(12)]))
    assert "12 tables" in text(alice, "/lineage/?node=job:etl:fan")
    assert "12 tables" not in text(alice, "/lineage/?node=job:etl:fan&fold=off")


def test_the_path_to_one_thing(alice: Client) -> None:
    tell(run("detour", [CLEAN], ["dwh.mart.detour"]))
    shown = text(alice, f"/lineage/?node={RAW}&to=model:fraud")
    assert "fraud" in shown
    assert "detour" not in shown
    assert text(alice, f"/lineage/?node=model:fraud&to={RAW}").count('class="edge"') == 3
    assert "does not flow" in text(alice, "/lineage/?node=dwh.mart.detour&to=model:fraud")
    assert "Lineage knows no nowhere" in text(alice, f"/lineage/?node={RAW}&to=nowhere")


def test_colours(alice: Client, world: SimpleNamespace) -> None:
    world.view.health = "crit"
    world.view.save()
    world.view.features.filter(name="country").update(privacy_class="quasi-identifier")
    assert "box view crit" in text(alice, f"/lineage/?node={CLEAN}")
    assert "box view pii" in text(alice, f"/lineage/?node={CLEAN}&overlay=class")
    assert "payments" in text(alice, f"/lineage/?node={CLEAN}&overlay=owner")


def test_what_is_hidden_is_not_shown(world: SimpleNamespace) -> None:
    stranger = page_as(world.cast.viewer)
    assert "scores" not in text(stranger, f"/lineage/?node={CLEAN}")
    assert "scores" not in text(stranger, f"/a/{node(CLEAN).pk}/")
    assert "scores" not in text(stranger, "/lineage/")
    text(stranger, "/lineage/?node=secret.scores", status=404)


@pytest.mark.parametrize("query", ["up=x&down=-1", "as_of=yesterday", "open=nonsense", "overlay=none", "up=99999999"])
def test_a_page_forgives(alice: Client, query: str) -> None:
    assert "clean.orders" in text(alice, f"/lineage/?node={CLEAN}&{query}")


def test_a_name_that_may_be_several_is_asked_about(alice: Client) -> None:
    tell(run("copy", [RAW], ["lake.raw.orders"]))
    assert "may be" in text(alice, "/lineage/?node=raw.orders", status=404)
    assert "Lineage knows no such.table" in text(alice, "/lineage/?node=such.table", status=404)


def test_other_forms(alice: Client) -> None:
    rows = list(csv.DictReader(text(alice, f"/lineage/graph.csv?node={CLEAN}", 200).splitlines()))
    assert {(row["source"], row["target"]) for row in rows} == {
        (f"{WAREHOUSE} {RAW}", f"{WAREHOUSE} {CLEAN}"), (f"{WAREHOUSE} {CLEAN}", "shop.order_stats"),
        (f"{WAREHOUSE} {CLEAN}", "secret.scores"),
    }  # fmt: skip
    assert {(row["target"], row["told_by"]) for row in rows if row["source"].endswith(RAW)} == {
        (f"{WAREHOUSE} {CLEAN}", "etl clean")
    }
    assert text(alice, f"/lineage/graph.svg?node={CLEAN}").startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert text(alice, f"/lineage/graph.dot?node={CLEAN}").count("->") == 3
    text(alice, f"/lineage/graph.exe?node={CLEAN}", status=404)
    text(alice, "/lineage/graph.svg", status=404)


def test_markup_in_names_stays_text(alice: Client) -> None:
    name = 'dwh.x."></a><script>alert(1)</script>'
    tell(run("evil", [name], [CLEAN]))
    for address in (f"/lineage/?node={CLEAN}", f"/lineage/graph.svg?node={CLEAN}", f"/a/{node(CLEAN).pk}/"):
        assert "<script>alert" not in text(alice, address)


def test_a_table_says_who_is_hit(alice: Client) -> None:
    shown = text(alice, f"/a/{node(RAW).pk}/")
    assert "model:fraud" in shown
    assert "Certain" in shown
    of_column = text(alice, f"/a/{node(RAW).pk}/?column=country")
    assert "shop.order_stats" in of_column
    assert "model:fraud" not in of_column
    rows = list(csv.DictReader(text(alice, f"/a/{node(RAW).pk}/?format=csv").splitlines()))
    assert {row["key"] for row in rows} == {"shop.order_stats", "secret.scores", "model:fraud"}


def test_a_job_shows_its_runs(alice: Client, world: SimpleNamespace) -> None:
    failed = run("clean", [RAW], [CLEAN], "2026-11-21T12:00:00Z") | {"eventType": "FAIL"}
    failed["run"] = {"runId": "r2", "facets": {"errorMessage": {"message": "disk full"}}}
    tell(failed)
    shown = text(alice, f"/a/{node('clean').pk}/")
    assert "Failed" in shown
    assert "Completed" in shown
    page = f"/a/{node('clean').pk}/runs/{Run.objects.get(run='r2').pk}/"
    assert "disk full" in text(alice, page)
    assert "disk full" not in text(page_as(world.cast.viewer), page)


def test_code_is_for_those_who_answer_for_data(alice: Client, world: SimpleNamespace) -> None:
    tell(run("clean", [RAW], [CLEAN], "2026-11-22T12:00:00Z") | {
        "job": {"namespace": "etl", "name": "clean", "facets": {"sql": {"query": "select 41 + 1"}}}})  # fmt: skip
    address = f"/a/{node('clean').pk}/"
    assert "select 41 + 1" in text(alice, address)
    hidden = text(page_as(world.cast.viewer), address)
    assert "select 41 + 1" not in hidden
    assert "members of teams" in hidden


def test_another_name_leads_to_the_thing_itself(alice: Client) -> None:
    symlink = {"symlinks": {"identifiers": [{"namespace": "hive://h", "name": "clean.orders", "type": "TABLE"}]}}
    tell(run("clean", [RAW], [CLEAN], "2026-11-22T12:00:00Z", **symlink))
    assert alice.get(f"/a/{node('clean.orders').pk}/").status_code in (200, 302)
    held = node(CLEAN)
    assert alice.get(f"/a/{held.pk}/").status_code == (200 if held.same_as_id == held.pk else 302)
    assert alice.get(f"/a/{node('shop.order_stats').pk}/").url == "/v/shop/order_stats/"


def test_the_tab_of_a_feature(alice: Client, world: SimpleNamespace) -> None:
    shown = text(alice, "/f/shop/order_stats/country/lineage/")
    assert "raw.orders" in shown
    assert "What country is made of" in shown
    assert "influence" in shown
    text(page_as(world.cast.viewer), "/f/secret/scores/score/lineage/", status=404)


@pytest.mark.parametrize("count", [1, 20])
def test_queries_do_not_grow(alice: Client, count: int) -> None:
    tell(run("fan", [CLEAN], [f"dwh.mart.table_{number}" for number in range(count)]))
    for address, most in ((f"/lineage/?node={CLEAN}&down=3&fold=off", 15), (f"/a/{node(CLEAN).pk}/", 14)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text(alice, address)
        assert len(asked) <= most, address
