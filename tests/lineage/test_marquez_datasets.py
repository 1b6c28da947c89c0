"""What Marquez's clients are told of namespaces, sources, datasets and tags."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.cast import api_as
from tests.lineage.marquez import API, ask, below, names
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, made_of, run
from tests.lineage.sent import tell

ESCAPED = "postgres%3A%2F%2Fdb%3A5432"
FACETS: dict[str, Any] = {
    "schema": {"fields": [{"name": "amount", "type": "DECIMAL", "description": "In euro"}, {"name": "country"}]},
    "documentation": {"description": "Orders without duplicates"},
    "tags": {"tags": [{"key": "gold", "value": "gold"}, {"key": "pii", "value": "true", "field": "country"}]},
    "dataQualityAssertions": {"assertions": [{"assertion": "not_null", "column": "amount", "success": True}]},
    "operators": {"command": "psql -c 'SELECT secret'"},
}


@pytest.fixture
def told(world: SimpleNamespace) -> SimpleNamespace:
    """The company, with everything said of its clean orders."""
    clean = made_of(amount=[(RAW, "amount", "DIRECT")], country=[(RAW, "country", "DIRECT")])
    tell(run("clean", [RAW], [CLEAN], "2026-11-21T12:00:00Z", **clean, **FACETS))
    return world


def test_namespaces_and_sources(world: SimpleNamespace) -> None:
    found = ask(world.api, "/namespaces")
    assert (names(found["namespaces"]), found["totalCount"]) == (["charter", "etl", WAREHOUSE], 3)
    assert found["namespaces"][2] == {
        "name": WAREHOUSE, "createdAt": "2026-11-20T12:00:00Z", "updatedAt": "2026-11-20T12:00:00Z", "ownerName": "",
        "description": "", "isHidden": False,
    }  # fmt: skip
    sources = ask(world.api, "/sources")["sources"]
    assert [(one["name"], one["type"], one["connectionUrl"]) for one in sources] == [
        ("charter", "OTHER", ""), (WAREHOUSE, "POSTGRES", WAREHOUSE),
    ]  # fmt: skip
    assert ask(world.api, f"/sources/{ESCAPED}")["name"] == WAREHOUSE


def test_what_no_event_dates_is_as_old_as_in_the_registry(world: SimpleNamespace) -> None:
    known = ask(world.api, below("charter", "datasets", "shop.order_stats"))
    assert known["createdAt"][:19] == world.view.created_at.isoformat()[:19]
    assert all(row["createdAt"] for row in ask(world.api, "/namespaces")["namespaces"])


@pytest.mark.parametrize(
    "namespace",
    [
        ESCAPED, WAREHOUSE, "postgres%253A%252F%252Fdb%253A5432", "postgresql://DB", "postgresql%3A%2F%2FDB%3A5432",
        "postgresql%253A%252F%252FDB",
    ],
)  # fmt: skip
def test_a_namespace_that_is_an_address(world: SimpleNamespace, namespace: str) -> None:
    """Escaped, as it is after a server has undone that, escaped twice; and as some producers spell it."""
    assert ask(world.api, f"/namespaces/{namespace}")["name"] == WAREHOUSE
    assert names(ask(world.api, f"/namespaces/{namespace}/datasets")["datasets"]) == [CLEAN, RAW]
    for name in (CLEAN, '"dwh"."clean"."orders"'):
        found = ask(world.api, f"/namespaces/{namespace}/datasets/{name}")
        assert found["id"] == {"namespace": WAREHOUSE, "name": CLEAN}


def test_a_path_below_a_bucket(world: SimpleNamespace) -> None:
    output = {"namespace": "s3a://lake", "name": "/data/datasets/orders/day=2026-11-20/part-0.parquet"}
    tell(run("export", [CLEAN], []) | {"outputs": [output]})
    for path in (
        "/namespaces/s3://lake/datasets/data/datasets/orders",
        below("s3a://lake", "datasets", output["name"]),
    ):
        assert ask(world.api, path)["name"] == "data/datasets/orders"


def test_names_that_look_like_what_stands_below_are_escaped_twice(world: SimpleNamespace) -> None:
    odd = {"namespace": "hdfs://node/jobs/old", "name": "table/versions"}
    tell(run("export", [CLEAN], []) | {"outputs": [odd]})
    twice = "/namespaces/hdfs%253A%252F%252Fnode%252Fjobs%252Fold/datasets/table%252Fversions"
    assert ask(world.api, twice)["id"] == odd


def test_a_dataset(told: SimpleNamespace) -> None:
    found = ask(told.api, below(WAREHOUSE, "datasets", CLEAN))
    same = {"namespace": WAREHOUSE, "dataset": RAW, "transformationDescription": "", "transformationType": "DIRECT"}
    how = {"transformationDescription": "", "transformationType": "DIRECT"}
    assert {name: value for name, value in found.items() if name not in ("facets", "currentVersion")} == {
        "id": {"namespace": WAREHOUSE, "name": CLEAN}, "type": "DB_TABLE", "name": CLEAN, "physicalName": CLEAN,
        "namespace": WAREHOUSE, "sourceName": WAREHOUSE, "createdAt": "2026-11-20T12:00:00Z",
        "updatedAt": "2026-11-21T12:00:00Z", "description": "Orders without duplicates", "deleted": False,
        "fields": [
            {"name": "amount", "type": "DECIMAL", "tags": [], "description": "In euro"},
            {"name": "country", "type": None, "tags": ["pii=true"], "description": None},
        ],
        "tags": ["gold"], "lastModifiedAt": None, "lastLifecycleState": None,
        "columnLineage": [
            {"name": "amount", "inputFields": [same | {"field": "amount"}], **how},
            {"name": "country", "inputFields": [same | {"field": "country"}], **how},
        ],
    }  # fmt: skip
    assert found["facets"].keys() == FACETS.keys()


def test_a_dataset_of_which_nobody_says_more(world: SimpleNamespace) -> None:
    found = ask(world.api, below(WAREHOUSE, "datasets", RAW))
    assert (found["fields"], found["tags"], found["facets"], found["columnLineage"]) == ([], [], {}, None)


def test_a_feature_view_is_a_dataset_of_its_features(world: SimpleNamespace) -> None:
    found = ask(world.api, below("charter", "datasets", "shop.order_stats"))
    assert names(found["fields"]) == ["amount", "country"]
    assert [one["inputFields"][0]["dataset"] for one in found["columnLineage"]] == [CLEAN, CLEAN]


def test_the_one_version(told: SimpleNamespace) -> None:
    place = below(WAREHOUSE, "datasets", CLEAN)
    now, [version] = ask(told.api, place), ask(told.api, f"{place}/versions")["versions"]
    assert version["version"] == now["currentVersion"] == version["id"]["version"]
    assert (version["fields"], version["createdAt"]) == (now["fields"], now["updatedAt"])
    assert ask(told.api, f"{place}/versions/{version['version']}") == version
    assert told.api.get(f"{API}{place}/versions/0").status_code == 404


def test_tags(told: SimpleNamespace) -> None:
    tags = [{"name": "gold", "description": ""}, {"name": "pii=true", "description": ""}]
    assert ask(told.api, "/tags") == {"tags": tags}
    assert ask(told.api, "/tags", offset=1) == {"tags": tags[1:]}


def test_pages(world: SimpleNamespace) -> None:
    found = ask(world.api, below(WAREHOUSE, "datasets"), limit=1, offset=1)
    assert (names(found["datasets"]), found["totalCount"]) == ([RAW], 2)
    for query in ({"limit": 1001}, {"limit": -1}, {"offset": "x"}, {"pages": 1}):
        assert world.api.get(f"{API}/namespaces", query).status_code == 400


@pytest.mark.parametrize("path", ["/namespaces/nope", "/namespaces/nope/datasets", "/sources/nope", "/sources/etl"])
def test_what_is_not_there(world: SimpleNamespace, path: str) -> None:
    answer = world.api.get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["put", "post", "delete"])
def test_nothing_is_written(world: SimpleNamespace, method: str) -> None:
    for path in (
        "/namespaces/etl",
        below(WAREHOUSE, "datasets", CLEAN),
        below(WAREHOUSE, "datasets", CLEAN) + "/tags/x",
    ):
        answer = getattr(world.api, method)(API + path, {})
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_code_is_for_those_who_may_see_it(told: SimpleNamespace) -> None:
    path = below(WAREHOUSE, "datasets", CLEAN)
    for role, sees in (("owner_b", True), ("auditor", True), ("admin", True), ("viewer", False), ("service", False)):
        found = ask(api_as(getattr(told.cast, role)), path)
        assert ("operators" in found["facets"], "tags" in found["facets"]) == (sees, True)
        assert (found["columnLineage"][0]["transformationDescription"] is not None) == sees
