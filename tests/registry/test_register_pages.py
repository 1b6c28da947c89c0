"""From /new/ to a published feature by forms alone, and what those see who may not."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from registry.actions import versions
from registry.actions.registering import create_view, register_feature
from registry.models import Entity, Feature, FeatureView, Version
from tests.cast import page_as
from tests.factories import ConnectionFactory, EntityFactory, FeatureFactory, ProjectFactory, ViewFactory

DRAFT = "/f/pay/stats/avg_amount_7d/draft"


@pytest.fixture
def view(cast: SimpleNamespace) -> FeatureView:
    project = ProjectFactory(name="pay", owner=cast.payments)
    EntityFactory(project=project)
    return create_view(project, actor=cast.owner_a, name="stats", entities=["user"])


@pytest.fixture
def alice(cast: SimpleNamespace, view: FeatureView) -> Client:
    return page_as(cast.owner_a)


@pytest.fixture
def draft(alice: Client, cast: SimpleNamespace, view: FeatureView) -> Client:
    register_feature(view, actor=cast.owner_a, name="avg_amount_7d")
    return alice


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_page_by_page_to_a_published_feature(alice: Client, cast: SimpleNamespace) -> None:
    assert "pay.stats" in text_of(alice.get("/new/"))
    answer = alice.post("/new/?view=pay.stats", {"name": "avg_amount_7d"})
    assert answer.headers["Location"] == f"{DRAFT}/meaning/"
    for step, said in {
        "meaning": {"description": "Mean amount of settled transactions.", "tags": "tier=1\ngold"},
        "type": {"dtype": "float64", "unit": "EUR"},
        "values": {"is_nullable": "no", "minimum": "0", "default_policy": "constant", "default": "41.87"},
        "privacy": {"privacy_class": "pseudonymous", "purposes": "fraud_detection, credit_risk"},
        "definition": {"definition": "avg(amount)", "definition_url": "https://git.example.org/a@b", "about": "First"},
    }.items():
        page = alice.get(f"{DRAFT}/{step}/")
        read = page.context["form"]["read"].value()
        answer = alice.post(f"{DRAFT}/{step}/", {**said, "read": read})
        assert answer.status_code == 302, text_of(answer)
    assert answer.headers["Location"] == f"{DRAFT}/check/"
    page = text_of(alice.get(f"{DRAFT}/check/"))
    assert "Something is missing" not in page
    for part in ("41.87 (constant)", "at least 0", "Pseudonymous", "https://git.example.org/a@b"):
        assert part in page
    alice.post(f"{DRAFT}/publish/")
    held = Feature.objects.get()
    version = held.versions.get()
    assert (held.state, held.tags) == ("active", ["gold", "tier=1"])
    assert version.purposes == ["fraud_detection", "credit_risk"]
    assert (version.default, version.minimum, version.is_nullable) == (41.87, 0, False)
    assert "Mean amount of settled" in text_of(page_as(cast.viewer).get(held.get_absolute_url()))


def test_the_check_links_to_what_is_missing(draft: Client) -> None:
    page = text_of(draft.get(f"{DRAFT}/check/"))
    for step in ("meaning", "type", "privacy"):
        assert f'<a href="{DRAFT}/{step}/">' in page
    assert "disabled>Publish v1" in page
    answer = draft.post(f"{DRAFT}/publish/", follow=True)
    assert "Say the type" in text_of(answer)
    assert Version.objects.get().state == "draft"


def test_a_refusal_stands_at_its_field_and_nothing_is_lost(draft: Client) -> None:
    answer = draft.post(f"{DRAFT}/type/", {"dtype": "float", "unit": "EUR"})
    assert answer.status_code == 422
    assert "Write one of bool" in str(answer.context["form"].errors["dtype"])
    assert 'value="EUR"' in text_of(answer)
    assert Version.objects.get().unit == ""


def test_two_people_do_not_overwrite_each_other(draft: Client) -> None:
    read = draft.get(f"{DRAFT}/type/").context["form"]["read"].value()
    draft.post(f"{DRAFT}/type/", {"dtype": "float64", "read": read})
    answer = draft.post(f"{DRAFT}/type/", {"dtype": "int64", "read": read})
    assert answer.status_code == 422
    assert "Somebody changed it meanwhile." in text_of(answer)
    assert Version.objects.get().dtype == "float64"


def test_a_name_that_is_taken_is_refused_with_what_is_alike(draft: Client) -> None:
    answer = draft.post("/new/?view=pay.stats", {"name": "avg_amount_7d"})
    assert answer.status_code == 422
    assert "has a feature called avg_amount_7d already" in text_of(answer)


def test_names_are_judged_while_they_are_typed(alice: Client, cast: SimpleNamespace) -> None:
    FeatureFactory(view=ViewFactory(project=ProjectFactory(name="old"), name="v"), name="avg_phone_amount")
    page = text_of(alice.get("/new/alike?view=pay.stats&name=Avg%20Amount"))
    assert "avg_amount." in page
    page = text_of(alice.get("/new/alike?view=pay.stats&name=avg_phone_amount"))
    assert "Good name" in page
    assert "old.v.avg_phone_amount" in page
    assert "Looks personal" in page
    assert text_of(alice.get("/new/alike?view=pay.stats&name=")) == ""
    assert "<script>" not in text_of(alice.get("/new/alike?view=pay.stats&name=<script>"))


def test_a_view_and_its_entity_are_made_together_or_not_at_all(alice: Client) -> None:
    said = {"project": "pay", "name": "cards", "entity": "card", "kind": "batch", "schedule_every": "1h", "ttl": "7d",
            "owner": "payments"}  # fmt: skip
    answer = alice.post("/new/view", said)
    assert "join_keys" in answer.context["form"].errors
    assert not Entity.objects.filter(name="card").exists()
    answer = alice.post("/new/view", {**said, "join_keys": "card_id"})
    assert answer.headers["Location"] == "/new/?view=pay.cards"
    made = FeatureView.objects.get(key="pay.cards")
    assert [entity.join_keys for entity in made.entities.all()] == [["card_id"]]
    answer = alice.post("/new/view", {**said, "entity": "card"})
    assert "pay has a view called cards already." in text_of(answer)


@pytest.mark.parametrize("role", ["viewer", "owner_b", "auditor", "admin"])
def test_others_do_not_get_in(draft: Client, cast: SimpleNamespace, role: str) -> None:
    other = page_as(getattr(cast, role))
    assert "pay.stats" not in text_of(other.get("/new/"))
    assert other.get("/new/?view=pay.stats").status_code == 403
    expected = 403 if role in ("auditor", "admin") else 404
    for path in ("type/", "check/"):
        assert other.get(f"{DRAFT}/{path}").status_code == expected
    for path in ("publish/", "discard/"):
        assert other.post(f"{DRAFT}/{path}").status_code == expected
    assert Version.objects.get().state == "draft"


def test_a_new_version_shows_what_is_new_and_is_hidden_until_published(draft: Client, cast: SimpleNamespace) -> None:
    first = Version.objects.get()
    versions.change_draft(first, actor=cast.owner_a, terms={"dtype": "float64", "privacy_class": "none"})
    Feature.objects.update(description="x")
    versions.publish_version(first, actor=cast.owner_a)
    answer = draft.post(f"{DRAFT}/")
    assert answer.headers["Location"] == f"{DRAFT}/type/"
    draft.post(f"{DRAFT}/type/", {"dtype": "float64", "unit": "EUR"})
    assert "<ins>EUR</ins>" in text_of(draft.get(f"{DRAFT}/check/"))
    assert "v2 is a draft already" in text_of(draft.post(f"{DRAFT}/", follow=True))
    tab = "/f/pay/stats/avg_amount_7d/versions/"
    assert "v2" in text_of(draft.get(tab))
    vera = page_as(cast.viewer)
    assert "v2" not in text_of(vera.get(tab))
    assert "EUR" not in text_of(vera.get("/f/pay/stats/avg_amount_7d/activity/"))
    assert vera.get("/f/pay/stats/avg_amount_7d/?v=2").status_code == 404
    assert "EUR" not in text_of(vera.get("/compare?a=pay.stats.avg_amount_7d@1&b=pay.stats.avg_amount_7d@2"))
    draft.post(f"{DRAFT}/discard/")
    assert Version.objects.count() == 1


def test_what_a_store_says_is_shown_and_not_asked(cast: SimpleNamespace) -> None:
    view = ViewFactory(project=ProjectFactory(name="fs", owner=cast.payments), name="v", connection=ConnectionFactory())
    held = FeatureFactory(view=view, name="x")
    alice = page_as(cast.owner_a)
    alice.post("/f/fs/v/x/draft/")
    page = alice.get("/f/fs/v/x/draft/type/")
    assert "The store says this." in text_of(page)
    answer = alice.post("/f/fs/v/x/draft/type/", {"dtype": "int32", "unit": "EUR"})
    assert answer.status_code == 302
    version = held.versions.get(state="draft")
    assert (version.dtype, version.unit) == (held.dtype, "EUR")
