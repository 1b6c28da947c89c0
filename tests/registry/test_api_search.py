"""Search over the API: ranked, explained, corrected, counted, continued."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from registry.actions.words import refresh_facet_counts, refresh_words
from registry.models import Feature
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

API = "/api/v1"


@pytest.fixture
def client(cast: SimpleNamespace) -> APIClient:
    project = ProjectFactory(name="pay", owner=cast.payments)
    view = ViewFactory(project=project, name="stats")
    for number in range(7):
        FeatureFactory(view=view, name=f"avg_refund_{number}d", models_count=number, entity_names=["user"])
    FeatureFactory(view=view, name="login_count", description="Logins with a refund before.", privacy_class="none")
    refresh_words([project.pk])
    refresh_facet_counts([project.pk])
    return api_as(cast.viewer)


def test_hits_come_ranked_with_the_reasons(client: APIClient) -> None:
    page = client.get(f"{API}/search?q=refund").json()
    assert (page["total"], page["is_total_exact"], page["next_cursor"]) == (8, True, None)
    first, last = page["data"][0], page["data"][-1]
    assert first["key"] == "pay.stats.avg_refund_6d"
    assert last["name"] == "login_count", "the name counts for more than the description"
    assert first["score"] > last["score"]
    assert {factor["label"] for factor in first["factors"]} >= {"Text", "Use"}
    mark = first["name_marks"][0]
    assert first["name"][mark["start"] : mark["end"]] == "refund"


def test_typos_are_corrected_and_said(client: APIClient) -> None:
    page = client.get(f"{API}/search?q=refnud").json()
    assert page["total"] == 8
    assert page["correction"]["words"] == [["refnud", "refund"]]


def test_cursors_lead_through_all_hits(client: APIClient) -> None:
    for path in ("search?q=refund&limit=3", "features?q=refund&limit=3"):
        seen, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{API}/{path}" + (f"&cursor={cursor}" if cursor else "")).json()
            seen += [row["key"] for row in page["data"]]
            cursor = page["next_cursor"]
        assert len(seen) == len(set(seen)) == 8


def test_facets_are_counted_when_asked_for(client: APIClient) -> None:
    assert "facets" not in client.get(f"{API}/search?q=refund").json()
    for path in ("search", "features"):
        facets = client.get(f"{API}/{path}?q=refund&facets=true").json()["facets"]
        counts = {facet["name"]: {one["value"]: one["count"] for one in facet["options"]} for facet in facets}
        assert counts["entity"] == {"user": 7}
        assert counts["project"] == {"pay": 8}


def test_filters_that_are_facets_narrow_a_search(client: APIClient) -> None:
    for path in ("search", "features"):
        found = client.get(f"{API}/{path}?q=refund&class=none&status=active&project=pay").json()
        assert [row["name"] for row in found["data"]] == ["login_count"]
        assert client.get(f"{API}/{path}?q=refund&class=unclassified").json()["total"] == 7


def test_a_list_that_is_searched_shows_features_as_lists_do(client: APIClient) -> None:
    row = client.get(f"{API}/features?q=refund&expand=owner&fields=key,owner").json()["data"][0]
    assert row["key"] == "pay.stats.avg_refund_6d"
    assert row["owner"]["slug"] == "payments"


def test_a_searched_list_can_be_exact_and_sorted(client: APIClient) -> None:
    page = client.get(f"{API}/features?q=refund&sort=key&type=float64&limit=5").json()
    assert [row["name"] for row in page["data"]] == [f"avg_refund_{number}d" for number in range(5)]
    assert page.keys() == {"data", "next_cursor"}


def test_what_cannot_be_read_is_searched_as_words(client: APIClient) -> None:
    page = client.get(f"{API}/search", {"q": 'refund AND (("'}).json()
    assert page["notes"]


def test_every_search_takes_any_text(client: APIClient) -> None:
    for text in (
        "",
        "*",
        ":",
        "a:b:c",
        "@v1:",
        "-",
        "%",
        "' OR 1=1 --",
        "\\",
        "😀",
        "x" * 5_000,
        "((" * 500,
        "null:>5%",
    ):
        assert client.get(f"{API}/search", {"q": text}).status_code == 200, text
        assert client.get(f"{API}/search/suggest", {"q": text}).status_code == 200, text
        assert client.get(f"{API}/features", {"q": text, "sort": "key"}).status_code == 200, text


def test_suggestions_while_typing(client: APIClient) -> None:
    groups = {group["label"]: group["items"] for group in client.get(f"{API}/search/suggest?q=avg_ref").json()["data"]}
    assert groups["Features"][0]["label"].startswith("pay.stats.avg_refund")
    values = client.get(f"{API}/search/suggest?q=entity:u").json()["data"]
    assert values[0]["items"][0]["label"].startswith("user")


def test_nothing_of_what_is_hidden_is_found_counted_or_suggested(client: APIClient, cast: SimpleNamespace) -> None:
    hidden = ProjectFactory(name="secretive", visibility="restricted", owner=cast.risk)
    FeatureFactory(view=ViewFactory(project=hidden), name="clandestine_refund")
    refresh_words([hidden.pk])
    refresh_facet_counts([hidden.pk])
    assert Feature.objects.filter(name="clandestine_refund").exists()
    searches = ("q=clandestine", "q=clandestin", "q=refund", "q=project:secretive", "q=")
    for path in (*(f"search?{query}&facets=true" for query in searches), "search/suggest?q=cland"):
        text = client.get(f"{API}/{path}").content.decode()
        assert "clandestine_" not in text
        assert '"secretive"' not in text, path
