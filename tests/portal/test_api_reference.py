"""The API reference: all of the API, nothing but the API, and only reads can be tried out."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from portal.reference import operations
from tests.cast import page_as
from tests.factories import FeatureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast: SimpleNamespace) -> Client:
    return page_as(cast.viewer)


def test_every_call_is_listed_and_described(client: Client) -> None:
    listed = client.get(reverse("portal:api-docs")).content.decode()
    assert len(operations()) > 20
    for one in operations().values():
        assert reverse("portal:api-operation", args=[one.slug]) in listed
        shown = client.get(reverse("portal:api-operation", args=[one.slug])).content.decode()
        assert f"{one.method} {one.path}" in shown
        assert (">Try it<" in shown) == (one.method == "GET")


def test_a_command_has_address_token_and_body() -> None:
    read, write = operations()["features_list"].curl, operations()["tokens_create"].curl
    assert read == 'curl --header "Authorization: Bearer $TOKEN" \\\n  "http://localhost:8000/api/v1/features"'
    assert "--request POST" in write
    assert '--data \'{"name":' in write


def test_a_read_is_tried_out_where_the_api_answers(client: Client) -> None:
    feature = FeatureFactory()
    asked = {"key": str(feature.key), "fields": "key", "unknown": "x"}
    answer = client.get(reverse("portal:api-attempt", args=["features_retrieve"]), asked, follow=True)
    assert answer.redirect_chain == [(f"/api/v1/features/{feature.key}?fields=key", 302)]
    assert answer.json()["key"] == feature.key


@pytest.mark.parametrize("slug", ["tokens_create", "features_partial_update", "nothing"])
def test_only_reads_are_tried_out(client: Client, slug: str) -> None:
    assert client.get(reverse("portal:api-attempt", args=[slug])).status_code == 404


@pytest.mark.parametrize("key", ["//evil.example.org", "../../../accounts/logout/", "a\r\nSet-Cookie: x=1", "\x00"])
def test_a_hostile_value_stays_inside_the_api(client: Client, key: str) -> None:
    answer = client.get(reverse("portal:api-attempt", args=["features_retrieve"]), {"key": key})
    assert answer["Location"].startswith("/api/v1/features/")
    assert "/" not in answer["Location"].removeprefix("/api/v1/features/").partition("?")[0]
    assert "Set-Cookie: x" not in answer.serialize_headers().decode()
