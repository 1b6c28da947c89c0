"""Changing features and views over the API: who may, on which state, with what said in the logs."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from registry.models import AuditEntry, Feature, FeatureView, Follow, Tag
from tests.cast import api_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

KEY = "/api/v1/features/pay.stats.amount"
VIEW = "/api/v1/views/pay.stats"


@pytest.fixture
def feature(cast: SimpleNamespace) -> Feature:
    view = ViewFactory(project=ProjectFactory(name="pay", owner=cast.payments), name="stats")
    return FeatureFactory(view=view, name="amount", tags=["tier=1"], keywords="tier 1")


@pytest.fixture
def alice(cast: SimpleNamespace, feature: Feature) -> APIClient:
    return api_as(cast.owner_a)


def patch(client: APIClient, path: str, body: Any, **headers: str) -> Any:
    return client.patch(path, body, **({"HTTP_IF_MATCH": "*"} | headers))


def test_an_owner_describes_tags_and_hands_over(alice: APIClient, cast: SimpleNamespace) -> None:
    answer = patch(
        alice,
        KEY,
        {"description": "  Sum.  ", "tags": {"gold": "", "use": "fraud=yes"}, "owner": "risk", "reason": "Why"},
    )
    assert answer.status_code == 202  # risk is asked first
    shown = answer.json()
    assert (shown["description"], shown["owner"]) == ("Sum.", "payments")
    assert shown["tags"] == {"tier": "1", "gold": "", "use": "fraud=yes"}
    assert shown == alice.get(KEY).json()
    entries = AuditEntry.objects.filter(actor=cast.owner_a).order_by("id")
    assert [(entry.action, entry.changes, entry.reason) for entry in entries] == [
        (
            "registry.describe_feature",
            {"description": ["Mean amount of settled card transactions over seven days.", "Sum."]},
            "Why",
        ),
        ("registry.tag_feature", {"gold": [None, ""], "use": [None, "fraud=yes"]}, "Why"),
        ("registry.offer_owner", {"offered_to": [None, "risk"]}, "Why"),
    ]
    assert all(entry.token and entry.request_id for entry in entries)


def test_a_merge_patch_leaves_out_what_stays(alice: APIClient) -> None:
    patch(alice, KEY, {"tags": {"gold": "", "silver": ""}})
    answer = alice.patch(
        KEY, b'{"tags": {"gold": null}}', content_type="application/merge-patch+json", HTTP_IF_MATCH="*"
    )
    assert answer.json()["tags"] == {"tier": "1", "silver": ""}
    assert answer.json()["description"].startswith("Mean amount")


@pytest.mark.parametrize("role", ["viewer", "owner_b", "member", "chair", "auditor", "service"])
def test_others_are_refused_before_what_they_sent_is_looked_at(
    cast: SimpleNamespace, feature: Feature, role: str
) -> None:
    client = api_as(getattr(cast, role))
    for path in (KEY, VIEW):
        for body in ({"description": "x"}, {"description": []}, {"no": 1}, [], "{"):
            assert patch(client, path, body).status_code == 403
        assert client.patch(path, {"description": "x"}).status_code == 403
    assert AuditEntry.objects.count() == 0


def test_an_administrator_hands_over_and_does_not_describe(cast: SimpleNamespace, feature: Feature) -> None:
    admin = api_as(cast.admin)
    assert patch(admin, KEY, {"description": "x"}).status_code == 403
    assert patch(admin, KEY, {"owner": "risk"}).json()["owner"] == "risk"


def test_all_or_nothing(alice: APIClient) -> None:
    assert patch(alice, KEY, {"description": "new", "tags": {"tier": "2"}}).status_code == 422
    assert alice.get(KEY).json()["description"] != "new"
    assert AuditEntry.objects.count() == 0


def test_the_new_team_may_at_once_and_the_old_no_longer(
    alice: APIClient, cast: SimpleNamespace, feature: Feature
) -> None:
    patch(api_as(cast.admin), KEY, {"owner": "risk"})
    assert patch(alice, KEY, {"description": "x"}).status_code == 403
    assert patch(api_as(cast.owner_b), KEY, {"description": "x"}).status_code == 200


def test_a_view_takes_its_features_along_but_not_those_of_others(
    alice: APIClient, cast: SimpleNamespace, feature: Feature
) -> None:
    kept = FeatureFactory(view=feature.view, owner=cast.risk)
    other = cast.risk.__class__.objects.create(slug="new", name="New")
    assert patch(api_as(cast.admin), VIEW, {"owner": "new"}).json()["owner"] == "new"
    feature.refresh_from_db()
    kept.refresh_from_db()
    assert (feature.owner, kept.owner) == (other, cast.risk)


def test_limits_of_a_view_need_a_reason(alice: APIClient) -> None:
    limits = {"slo_freshness_seconds": 7200, "slo_max_null_rate": 0.2}
    refusal = patch(alice, VIEW, limits)
    assert refusal.status_code == 422
    assert refusal.json()["errors"][0]["pointer"] == "/reason"
    shown = patch(alice, VIEW, limits | {"reason": "Hourly job"}).json()
    assert (shown["freshness_limit_seconds"], shown["null_rate_limit"]) == (7200, 0.2)
    shown = patch(alice, VIEW, {"slo_freshness_seconds": None, "reason": "By schedule"}).json()
    assert (shown["freshness_limit_seconds"], shown["null_rate_limit"]) == (None, 0.2)


def test_two_people_do_not_overwrite_each_other(alice: APIClient, feature: Feature) -> None:
    for path, model in ((KEY, Feature), (VIEW, FeatureView)):
        read = alice.get(path)["ETag"]
        assert alice.patch(path, {"description": "first"}).status_code == 428
        first = alice.patch(path, {"description": "first"}, HTTP_IF_MATCH=read)
        second = alice.patch(path, {"description": "second"}, HTTP_IF_MATCH=read)
        assert (first.status_code, second.status_code) == (200, 412)
        assert second.json()["code"] == "changed_meanwhile"
        third = alice.patch(path, {"description": "third"}, HTTP_IF_MATCH=first["ETag"])
        assert third.status_code == 200
        assert model.objects.get().description == "third"


def test_a_measurement_in_between_does_not_turn_an_edit_away(alice: APIClient, feature: Feature) -> None:
    read = alice.get(f"{KEY}?expand=owner")["ETag"]
    Feature.objects.update(null_rate=0.3, health="crit", models_count=7)
    assert alice.get(f"{KEY}?expand=owner", HTTP_IF_NONE_MATCH=read).status_code == 200
    assert patch(alice, KEY, {"description": "x"}, HTTP_IF_MATCH=read).status_code == 200


def test_what_one_holds_is_not_sent_again(alice: APIClient) -> None:
    for path in (KEY, VIEW, "/api/v1/features", "/api/v1/teams", "/api/v1/me", f"{KEY}/versions"):
        answer = alice.get(path)
        again = alice.get(path, HTTP_IF_NONE_MATCH=answer["ETag"])
        assert (again.status_code, again.content) == (304, b""), path
        assert again["ETag"] == answer["ETag"]
        assert alice.head(path)["ETag"] == answer["ETag"]
        assert "private" in answer["Cache-Control"]
        assert "Authorization" in answer["Vary"]


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"tier": "2"}, "set by the store"),
        ({"tier": None}, "set by the store"),
        ({"a=b": "x"}, "key has"),
        ({"": "x"}, "key has"),
        ({"k" * 121: "x"}, "key has"),
        ({"k": "v" * 401}, "400"),
        ({f"k{number}": "" for number in range(51)}, "at most 50"),
    ],
)
def test_tags_that_cannot_be(alice: APIClient, tags: dict[str, Any], said: str) -> None:
    answer = patch(alice, KEY, {"tags": tags})
    assert answer.status_code == 422
    assert said in answer.json()["errors"][0]["detail"]
    assert Tag.objects.count() == 0


def test_search_finds_new_tags_and_words_at_once(alice: APIClient) -> None:
    patch(alice, KEY, {"description": "Chargeback ratio", "tags": {"domain": "wallet"}})
    for text in ("chargeback", "wallet", "tag:domain=wallet"):
        found = alice.get("/api/v1/search", {"q": text}).json()["data"]
        assert [hit["key"] for hit in found] == ["pay.stats.amount"], text


def test_unknown_teams_and_fields_are_named(alice: APIClient) -> None:
    assert patch(alice, KEY, {"owner": "nobody"}).json()["errors"][0]["code"] == "unknown_team"
    error = patch(alice, KEY, {"state": "retired", "key": "x.y.z"}).json()["errors"]
    assert [(one["pointer"], one["code"]) for one in error] == [("/key", "unknown_field"), ("/state", "unknown_field")]


def test_following(alice: APIClient, cast: SimpleNamespace, feature: Feature) -> None:
    for _ in range(2):
        assert alice.put(f"{KEY}/follow").status_code == 204
    assert list(Follow.objects.values_list("user", "feature")) == [(cast.owner_a.pk, feature.pk)]
    for _ in range(2):
        assert alice.delete(f"{KEY}/follow").status_code == 204
    assert Follow.objects.count() == 0


def test_methods_that_are_not_there(alice: APIClient) -> None:
    for method, path in (("delete", KEY), ("post", KEY), ("put", VIEW), ("get", f"{KEY}/follow"), ("options", KEY)):
        answer = getattr(alice, method)(path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
        assert "GET" in answer["Allow"] or "PUT" in answer["Allow"]
