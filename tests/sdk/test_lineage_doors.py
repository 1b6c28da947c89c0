"""The graph and who is hit, through every door: page, API, client and command say the same, and hide the same."""

import asyncio
import csv
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from charter.errors import NotFound
from charter.registry import AsyncRegistry, Registry
from lineage.models import Node
from tests.cast import api_as, page_as, token_for
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, make_orders
from tests.lineage.sent import forget
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)
Links = set[tuple[str, str]]
Hits = set[tuple[str, str, str, str]]


@pytest.fixture(autouse=True)
def orders(cast: SimpleNamespace) -> SimpleNamespace:
    forget()  # nothing empties the table of events, which no model manages, and an event is told once
    return make_orders(cast)


@pytest.fixture
def registry(cast: SimpleNamespace, live_server: Any) -> Callable[[Any], Registry]:
    return lambda user: Registry(live_server.url, token_for(user, "features:read"))


def table(name: str) -> str:
    return f"{WAREHOUSE} {name}"


def on_page(user: Any) -> tuple[Links, Hits]:
    browser = page_as(user)
    rows = csv.DictReader(
        browser.get("/lineage/graph.csv", {"node": RAW, "down": 3, "up": 0}).getvalue().decode().splitlines()
    )
    hit = browser.get(f"/a/{Node.objects.get(name=RAW).pk}/", {"format": "csv"}).getvalue().decode()
    hits = {(one["key"], one["owner"], one["sure"], one["depth"]) for one in csv.DictReader(hit.splitlines())}
    return {(one["source"], one["target"]) for one in rows}, hits


def by_api(user: Any) -> tuple[Links, Hits]:
    client = api_as(user)
    found = client.get("/api/v1/lineage/graph", {"node": RAW, "direction": "down", "depth": 3}).json()
    names = {one["id"]: one["key"] or f"{one['namespace']} {one['name']}" for one in found["nodes"]}
    hit = client.get("/api/v1/lineage/impact", {"node": RAW}).json()["affected"]
    hits = {(one["key"], one["owner"], one["sure"], str(one["depth"])) for one in hit}
    return {(names[one["source"]], names[one["target"]]) for one in found["edges"]}, hits


def by_client(registry: Registry) -> tuple[Links, Hits]:
    with registry:
        found, hit = registry.lineage(RAW, direction="down", depth=3), registry.impact(RAW)
    return set(found.links), {(one.key, one.owner, one.sure, str(one.depth)) for one in hit.affected}


def by_command(charter: Run, user: Any) -> tuple[Links, Hits]:
    graph = charter("lineage", RAW, "--down", "--depth", "3", "--format", "dot", user=user)
    hit = charter("impact", RAW, "--json", user=user)
    assert (graph.code, hit.code, graph.err, hit.err) == (0, 0, "", "")
    lines = [line.strip(' ;"').split('" -> "') for line in graph.out.splitlines() if " -> " in line]
    hits = json.loads(hit.out)["affected"]
    return (
        {(source, target) for source, target in lines},
        {(one["key"], one["owner"], one["sure"], str(one["depth"])) for one in hits},
    )


@pytest.mark.parametrize("role", ["owner_a", "owner_b"])
def test_every_door_says_the_same(cast: SimpleNamespace, registry: Any, charter: Run, role: str) -> None:
    user = getattr(cast, role)
    links = {(table(RAW), table(CLEAN)), (table(CLEAN), "shop.order_stats"), ("shop.order_stats", "model:fraud")}
    hits = {("shop.order_stats", "payments", "certain", "2"), ("model:fraud", "risk", "certain", "3")}
    if role == "owner_a":
        links.add((table(CLEAN), "secret.scores"))
        hits.add(("secret.scores", "payments", "certain", "2"))
    said = [on_page(user), by_api(user), by_client(registry(user)), by_command(charter, user)]
    assert said == [(links, hits)] * 4


def test_asyncio_says_the_same(cast: SimpleNamespace, registry: Any, live_server: Any) -> None:
    async def ask() -> tuple[Any, Any]:
        async with AsyncRegistry(live_server.url, token) as client:
            return await client.lineage(RAW, depth=3), await client.impact(RAW, column="country")

    token = token_for(cast.owner_a, "features:read")
    with registry(cast.owner_a) as waiting, ThreadPoolExecutor(1) as pool:  # a browser's loop may live in this thread
        answered = pool.submit(lambda: asyncio.run(ask())).result()
        assert answered == (waiting.lineage(RAW, depth=3), waiting.impact(RAW, column="country"))


def test_one_column(cast: SimpleNamespace, registry: Any, charter: Run) -> None:
    with registry(cast.owner_b) as client:
        whole = client.impact(f"datasetField:{WAREHOUSE}:{RAW}:country")
        assert [one.key for one in whole.affected] == ["shop.order_stats"]
        assert client.impact(RAW, column="country") == whole
        feature = client.lineage("shop.order_stats.amount", direction="up", depth=5, level="feature")
    assert feature.column == "amount"
    assert set(feature.links) == {
        (f"{table(RAW)}.amount", f"{table(CLEAN)}.amount"), (f"{table(CLEAN)}.amount", "shop.order_stats.amount"),
    }  # fmt: skip
    said = charter("impact", RAW, "--column", "country", user=cast.owner_b)
    assert (said.code, "shop.order_stats" in said.out, "model:fraud" in said.out) == (0, True, False)
    drawn = charter("lineage", "shop.order_stats.amount", "--up", "--level", "feature", "--format", "dot")
    assert f'"{table(CLEAN)}.amount" -> "shop.order_stats.amount";' in drawn.out


def test_for_people(charter: Run) -> None:
    shown = charter("lineage", CLEAN, "--depth", "1")
    assert shown.code == 0
    assert [table(CLEAN), "shop.order_stats"] in [line.strip().split("  ") for line in shown.out.splitlines()]
    assert json.loads(charter("lineage", CLEAN, "--format", "json").out)["nodes"]
    alone = charter("lineage", RAW, "--up")
    assert (alone.code, "Nobody says" in alone.out) == (0, True)
    hit = charter("impact", "job:etl:clean")
    assert (hit.code, "model:fraud" in hit.out, "certain" in hit.out) == (0, True, True)
    assert "Nobody that you may see" in charter("impact", "model:fraud").out


def test_what_is_not_there(cast: SimpleNamespace, registry: Any, charter: Run) -> None:
    for command in ("lineage", "impact"):
        for node in ("no.where", "secret.scores"):
            refused = charter(command, node, user=cast.owner_b)
            assert (refused.code, refused.out) == (1, "")
            assert f"Lineage knows no {node}" in refused.err
    with registry(cast.owner_b) as client, pytest.raises(NotFound):
        client.impact("secret.scores")
    assert charter("lineage", RAW, "--format", "png").code == 1
    assert charter("lineage", RAW, "--level", "feature").code == 1
