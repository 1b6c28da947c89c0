"""The search box of Marquez's pages, at the address of our own search."""

from types import SimpleNamespace

import pytest

from tests.cast import api_as
from tests.lineage.marquez import ask
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE

pytestmark = pytest.mark.django_db


def test_it_finds_datasets_and_jobs_by_a_part_of_their_name(world: SimpleNamespace) -> None:
    found = ask(world.api, "/search", q="clean", sort="NAME", limit="100")
    assert found["totalCount"] == len(found["results"])
    assert {(one["type"], one["nodeId"]) for one in found["results"]} >= {
        ("JOB", "job:etl:clean"), ("DATASET", f"dataset:{WAREHOUSE}:{CLEAN}"),
    }  # fmt: skip
    jobs = ask(world.api, "/search", q="clean", sort="UPDATE_AT", limit="100", filter="JOB")
    assert {one["type"] for one in jobs["results"]} == {"JOB"}
    assert RAW not in {one["name"] for one in jobs["results"]}


def test_what_is_hidden_is_not_found_and_our_own_search_stays(world: SimpleNamespace) -> None:
    viewer = api_as(world.cast.viewer)
    names = {one["name"] for one in ask(viewer, "/search", q="s", sort="NAME", limit="1000")["results"]}
    assert "shop.order_stats" in names
    assert not [name for name in names if "secret" in name]
    assert "data" in ask(viewer, "/search", q="amount")
