"""One feature and lists of them: what is shown, narrowed, expanded, sorted, paged and exported."""

import csv
import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from registry.models import Feature
from tests.cast import api_as
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory

API = "/api/v1/features"
KEY = "pay.stats.amount"


@pytest.fixture
def client(cast: SimpleNamespace) -> APIClient:
    """Vera's client, with one known feature and its surroundings."""
    project = ProjectFactory(name="pay", owner=cast.payments)
    source = SourceFactory(project=project, name="orders", location="lake/orders.parquet")
    view = ViewFactory(
        project=project, name="stats", source=source, ttl=timedelta(days=7), schedule_every=timedelta(hours=1)
    )
    feature = FeatureFactory(view=view, name="amount", tags=["tier=1", "gold", "eq=a=b"], entity_names=["user"])
    Feature.objects.filter(pk=feature.pk).update(changed_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    return api_as(cast.viewer)


def keys(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["key"] for row in answer.json()["data"]]


def refused(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 400
    return answer.json()["errors"][0]


def test_a_feature(client: APIClient) -> None:
    shown = client.get(f"{API}/{KEY}").json()
    assert shown | {"created_at": ""} == {
        "key": KEY, "reference": f"{KEY}@1", "project": "pay", "view": "pay.stats", "name": "amount",
        "description": "Mean amount of settled card transactions over seven days.", "owner": "payments", "version": 1,
        "status": "active", "dtype": "float64", "unit": "", "has_default": False, "privacy_class": "",
        "is_personal": False, "sunset_on": None, "entities": ["user"], "store": "", "is_online": False,
        "tags": {"tier": "1", "gold": "", "eq": "a=b"}, "health": "unknown", "null_rate": None,
        "null_rate_read_at": None, "drift": None, "drift_read_at": None, "slo_drift": None, "models_count": 0,
        "reads_per_day": None, "gone_at": None, "created_at": "",
        "changed_at": "2026-03-03T12:00:00.000000Z",
    }  # fmt: skip


def test_a_list_shows_the_same(client: APIClient) -> None:
    assert client.get(API).json()["data"] == [client.get(f"{API}/{KEY}").json()]


def test_fields_narrow(client: APIClient) -> None:
    assert client.get(f"{API}/{KEY}?fields=owner,key").json() == {"key": KEY, "owner": "payments"}
    assert client.get(f"{API}?fields=key").json()["data"] == [{"key": KEY}]


def test_expand_opens_what_is_named(client: APIClient) -> None:
    shown = client.get(f"{API}/{KEY}?fields=key&expand=owner,view.source,view.owner,health,contract,consumers").json()
    assert list(shown) == ["key", "view", "owner", "health", "contract", "consumers"]
    assert shown["owner"]["name"] == "Payments Features"
    assert shown["view"]["source"]["location"] == "lake/orders.parquet"
    assert shown["view"]["owner"]["slug"] == "payments"
    assert (shown["view"]["ttl_seconds"], shown["view"]["freshness_limit_seconds"]) == (604800, 7200)
    assert shown["health"]["freshness_limit_seconds"] == 7200
    assert shown["health"]["null_rate_limit"] == 0.05
    assert shown["contract"]["reference"] == f"{KEY}@1"
    assert shown["consumers"] == []


def test_an_owner_that_is_missing_expands_to_nothing(client: APIClient) -> None:
    Feature.objects.update(owner=None)
    assert client.get(f"{API}/{KEY}?fields=owner&expand=owner").json() == {"owner": None}


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("fields=key,ownr", "fields", "owner"),
        ("expand=nothing", "expand", "consumers"),
        ("expand=key", "expand", "consumers"),
        ("expand=view.nothing", "expand", "source"),
        ("expand=view.owner.members", "expand", "2 levels"),
        ("ownr=payments", "ownr", "owner"),
        ("limit=0", "limit", "1 to 200"),
        ("limit=201", "limit", "1 to 200"),
        ("limit=ten", "limit", "1 to 200"),
        ("sort=created", "sort", "key"),
        ("sort=best", "sort", "key"),
        ("cursor=x", "cursor", "not made here"),
        ("format=xml", "format", "csv"),
        ("status=broken", "status", "broken"),
        ("online=maybe", "online", "maybe"),
        ("health=red", "health", "red"),
        ("class=secret", "class", "secret"),
        ("missing=brain", "missing", "brain"),
        ("changed_since=yesterday", "changed_since", "date"),
        ("q=a&sort=best&view=pay.stats", "view", "Write it in q"),
        ("q=a&cursor=x", "cursor", "cursor"),
    ],
)
def test_what_makes_no_sense_is_named_with_what_would(client: APIClient, query: str, parameter: str, said: str) -> None:
    error = refused(client.get(f"{API}?{query}"))
    assert error["parameter"] == parameter
    assert said in error["detail"]


def test_a_single_feature_takes_no_filters(client: APIClient) -> None:
    assert refused(client.get(f"{API}/{KEY}?owner=payments"))["code"] == "unknown_parameter"


def test_nul_in_an_address_is_refused(client: APIClient) -> None:
    assert client.get(f"{API}?project=a%00b").status_code == 400
    assert client.get(f"{API}/a%00b.c.d").status_code == 400


@pytest.fixture
def many(client: APIClient, cast: SimpleNamespace) -> dict[str, Feature]:
    store = ConnectionFactory(slug="lake")
    other = ViewFactory(project=ProjectFactory(name="crm", owner=cast.risk), name="people", connection=store)
    return {
        "mail": FeatureFactory(
            view=other, name="mail", privacy_class="direct-identifier", store="lake", dtype="string",
            state="deprecated", version__deprecated_at=datetime(2026, 1, 1, tzinfo=UTC),
            entity_names=["user", "card"], is_online=True,
        ),
        "age": FeatureFactory(view=other, name="age", privacy_class="none", owner=None, description="", health="crit"),
        "gone": FeatureFactory(view=other, name="gone", gone_at=datetime(2026, 1, 1, tzinfo=UTC), tags=["tier=1"]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("project=crm", "age gone mail"),
        ("project=crm&project=pay", "age gone mail amount"),
        ("view=pay.stats", "amount"),
        ("owner=risk", "gone mail"),
        ("owner=none", "age"),
        ("owner=none&owner=payments", "age amount"),
        ("status=deprecated", "mail"),
        ("class=direct-identifier&class=none", "age mail"),
        ("class=unclassified", "gone amount"),
        ("entity=card", "mail"),
        ("entity=card&entity=user", "mail amount"),
        ("health=crit", "age"),
        ("store=lake", "mail"),
        ("type=string", "mail"),
        ("tag=tier%3D1", "gone amount"),
        ("tag=tier%3D1&owner=risk", "gone"),
        ("online=true", "mail"),
        ("online=false&gone=false", "age amount"),
        ("gone=true", "gone"),
        ("missing=description", "age"),
        ("missing=description&missing=owner", "age"),
        ("missing=class&project=pay", "amount"),
        ("changed_since=2026-04-01T00:00:00Z", "age gone mail"),
        ("owner=nobody-is-called-so", ""),
        ("q=project:crm&sort=key&type=string", "mail"),
    ],
)
def test_filters(client: APIClient, many: dict[str, Feature], query: str, names: str) -> None:
    assert [key.rpartition(".")[2] for key in keys(client.get(f"{API}?{query}"))] == names.split()


def test_pages_follow_each_other_to_the_end(client: APIClient, many: dict[str, Feature]) -> None:
    for sort in ("key", "-changed_at"):
        whole = keys(client.get(f"{API}?sort={sort}"))
        found, path = [], f"{API}?limit=1&sort={sort}"
        while path:
            answer = client.get(path)
            found += keys(answer)
            link = answer.headers.get("Link", "")
            assert bool(link) == bool(answer.json()["next_cursor"])
            assert 'rel="next"' in link or not link
            path = link[1:].partition(">")[0]
        assert found == whole
        assert len(found) == 4


def test_a_page_goes_on_behind_its_last_row_whatever_happens_before_it(
    client: APIClient, many: dict[str, Feature]
) -> None:
    first = client.get(f"{API}?limit=2").json()
    FeatureFactory(view=many["age"].view, name="aaa")
    later = client.get(f"{API}?limit=2&cursor={first['next_cursor']}")
    assert keys(later) == ["crm.people.mail", "pay.stats.amount"]


def test_a_page_never_grows_past_its_size(client: APIClient, many: dict[str, Feature]) -> None:
    Feature.objects.update(description="x" * 100_000)
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"{API}?limit=200" + (f"&cursor={cursor}" if cursor else ""))
        assert len(page.content) <= 150_000
        seen += keys(page)
        cursor = page.json()["next_cursor"]
    assert len(seen) == 4


def test_csv_has_every_row_and_no_formula(client: APIClient, many: dict[str, Feature]) -> None:
    Feature.objects.filter(pk=many["age"].pk).update(description="=HYPERLINK('x')")
    answer = client.get(f"{API}?format=csv&fields=key,description,entities")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[arg-type]
    assert [row["key"] for row in rows] == ["crm.people.age", "crm.people.gone", "crm.people.mail", KEY]
    assert rows[0]["description"] == "'=HYPERLINK('x')"
    assert rows[2]["entities"] == "user; card"
    assert answer["Content-Type"].startswith("text/csv")
    assert "attachment" in answer["Content-Disposition"]
    only = client.get(f"{API}?format=csv&limit=1&project=pay&q=amount")
    assert b"".join(only.streaming_content).count(b"\n") == 2  # type: ignore[arg-type]


def test_csv_by_accept_header(client: APIClient) -> None:
    assert client.get(API, HTTP_ACCEPT="text/csv")["Content-Type"].startswith("text/csv")
    assert client.get(API, HTTP_ACCEPT="text/html,*/*;q=0.8")["Content-Type"] == "application/json"
    refusal = client.get(API, HTTP_ACCEPT="application/xml")
    assert (refusal.status_code, refusal["Content-Type"]) == (406, "application/problem+json")


def test_a_problem_is_json_even_where_csv_was_asked_for(client: APIClient) -> None:
    assert client.get(f"{API}?format=csv&nope=1")["Content-Type"] == "application/problem+json"


def test_batch_get_answers_each_key_in_its_place(client: APIClient, many: dict[str, Feature]) -> None:
    many["mail"].versions.create(number=2, dtype="int64", state="active")
    asked = ["crm.people.mail@2", "no.such.key", KEY, "crm.people.mail", KEY, f"{KEY}@9", f"{KEY}@1"]
    items = client.post(f"{API}/batch-get?fields=key,version,dtype", {"keys": asked}).json()["data"]
    assert [item["key"] for item in items] == asked
    assert [item["status"] for item in items] == [200, 404, 200, 200, 200, 404, 200]
    assert items[0]["feature"] == {"key": "crm.people.mail", "version": 2, "dtype": "int64"}
    assert items[3]["feature"] == {"key": "crm.people.mail", "version": 1, "dtype": "string"}
    assert items[1]["problem"]["code"] == "not_found"


def test_batch_get_is_bounded(client: APIClient) -> None:
    assert client.post(f"{API}/batch-get", {"keys": ["a.b.c"] * 500}).status_code == 200
    answer = client.post(f"{API}/batch-get", {"keys": ["a.b.c"] * 501})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/keys"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (KEY, (KEY, 1, "stats@v1:amount")),
        (f"{KEY}@1", (KEY, 1, "stats@v1:amount")),
        (f"{KEY}@7", (KEY, None, "stats:amount")),
        ("stats:amount", (KEY, 1, "stats@v1:amount")),
        ("stats@v3:amount", (KEY, 1, "stats@v1:amount")),
        ("stats__amount", (KEY, 1, "stats@v1:amount")),
    ],
)
def test_resolve_takes_references_as_they_are(client: APIClient, text: str, found: tuple[Any, ...]) -> None:
    (target,) = client.post(f"{API}/resolve", {"text": text}).json()["data"]
    assert (target["key"], target["version"], target["feast_reference"]) == found
    assert (
        client.get(target["api_url"].partition("/api")[1] + target["api_url"].partition("/api")[2]).status_code == 200
    )


def test_resolve_finds_nothing_without_complaint(client: APIClient) -> None:
    assert client.post(f"{API}/resolve", {"text": "no such thing"}).json() == {"data": []}


def test_names_that_need_escaping(client: APIClient, cast: SimpleNamespace) -> None:
    """Stores allow any name. A slash is written twice-encoded, since servers decode one layer."""
    FeatureFactory(view=Feature.objects.get().view, name="50% a/b ü")
    assert client.get(f"{API}/pay.stats.50%2525%20a%252Fb%20%C3%BC").json()["name"] == "50% a/b ü"
