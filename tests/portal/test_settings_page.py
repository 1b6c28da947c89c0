"""Settings: who one is, and preferences that a page keeps to."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import page_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(cast: SimpleNamespace) -> Client:
    return page_as(cast.owner_a)


def test_it_says_who_one_is_and_leads_to_the_rest(client: Client) -> None:
    shown = client.get(reverse("portal:settings")).content.decode()
    assert "alice@example.org" in shown
    assert "Payments Features" in shown
    for route in ("registry:tokens", "mfa_index"):
        assert reverse(route) in shown


@pytest.mark.parametrize("password", ["correct horse battery", None])
def test_a_password_is_changed_only_where_there_is_one(cast: SimpleNamespace, password: str | None) -> None:
    cast.owner_a.set_password(password)
    cast.owner_a.save()
    shown = page_as(cast.owner_a).get(reverse("portal:settings")).content.decode()
    assert (reverse("account_change_password") in shown) == bool(password)


def test_choices_are_kept_without_scripts(client: Client) -> None:
    chosen = {"theme": "dark", "density": "compact", "keys": "off"}
    shown = client.post(reverse("portal:settings"), chosen, follow=True).content.decode()
    assert 'data-theme="dark"' in shown
    assert 'data-density="compact"' in shown
    assert '<body data-keys="off"' in shown
    assert shown.count(" checked") == 3 + 1  # and the menu of the frame


@pytest.mark.parametrize("value", ["", '"><script>', "dark\r\nSet-Cookie: a=b", "x" * 10_000, "\x00"])
def test_anything_else_means_the_default(client: Client, value: Any) -> None:
    client.post(reverse("portal:settings"), {"theme": "dark"})
    answer = client.post(reverse("portal:settings"), {"theme": value})
    assert answer.cookies["charter_theme"].value == ""
    assert "data-theme" not in client.get(reverse("portal:settings")).content.decode().partition("<head>")[0]


def test_settings_need_signing_in() -> None:
    assert Client().get(reverse("portal:settings")).status_code == 302
