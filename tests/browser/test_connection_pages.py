"""Connections, pulls, tokens, audit log, settings and help in a real browser: both themes, a desk and a phone."""

from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from registry.actions.connections import create_connection
from registry.actions.tokens import create_token
from registry.choices import PullKind, PullState
from registry.models import Connection, Pull
from tests.browser.conftest import Visit, barriers, faults
from tests.registry.test_connection_pages import REGISTRY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connection(cast: SimpleNamespace) -> Connection:
    return create_connection(
        cast.payments, actor=cast.admin, name="Feast", addresses={
            "registry_url": f"sqlite:///{REGISTRY}", "online_url": "rediss://charter:${env:CHARTER_STORE_NONE}@cache/0",
        },
    )  # fmt: skip


@pytest.fixture
def pull(connection: Connection) -> Pull:
    errors = [{"object": "flights.airport_reference (source)", "reason": "There is no such file.", "fix": "Mend it."}]
    return Pull.objects.create(
        connection=connection, kind=PullKind.MEASUREMENTS, state=PullState.RUNNING, started_at=timezone.now(),
        done=14, total=20, counts={"source_readings": 14}, warnings=["An odd thing."], errors=errors,
    )  # fmt: skip


def addresses(pull: Pull) -> list[str]:
    slug = pull.connection.slug
    return [
        reverse("registry:connections"), reverse("registry:connection", args=[slug]),
        reverse("registry:connection-change", args=[slug]), reverse("registry:connection-new"),
        reverse("registry:connection-new") + "?kind=feast", pull.get_absolute_url(), reverse("registry:tokens"),
        reverse("governance:audit"), reverse("portal:settings"), reverse("portal:docs"),
        reverse("portal:docs-page", args=["for-services"]), reverse("portal:docs-page", args=["search"]),
        reverse("portal:api-docs"), reverse("portal:api-operation", args=["features_list"]),
    ]  # fmt: skip


def test_every_page_has_no_barriers(cast: SimpleNamespace, pull: Pull, visit: Visit) -> None:
    create_token(cast.admin, actor=cast.admin, name="Checkout", scopes=["features:read"])
    assert faults(visit, addresses(pull), user=cast.admin) == {}


def test_progress_moves_by_itself_and_stops_when_it_is_over(cast: SimpleNamespace, pull: Pull, visit: Visit) -> None:
    page = visit(pull.get_absolute_url(), user=cast.admin)
    expect(page.get_by_text("14 of 20")).to_be_visible()
    Pull.objects.filter(pk=pull.pk).update(done=19)
    expect(page.get_by_text("19 of 20")).to_be_visible()
    Pull.objects.filter(pk=pull.pk).update(done=20, state=PullState.PARTIAL, finished_at=timezone.now())
    expect(page.get_by_text("Mend it.")).to_be_visible()
    expect(page.locator("#announce")).to_have_text(f"{pull.reference}: Partly succeeded")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []


def test_progress_is_there_without_scripts(cast: SimpleNamespace, pull: Pull, visit: Visit) -> None:
    page = visit(pull.get_absolute_url(), user=cast.admin, java_script_enabled=False)
    expect(page.get_by_text("14 of 20")).to_be_visible()
    Pull.objects.filter(pk=pull.pk).update(done=17)
    page.get_by_role("link", name="Reload to see how far it is").click()
    expect(page.get_by_text("17 of 20")).to_be_visible()


def test_a_running_pull_is_cancelled(cast: SimpleNamespace, pull: Pull, visit: Visit) -> None:
    page = visit(pull.get_absolute_url(), user=cast.owner_a)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It stops at its next step.")).to_be_visible()


def test_test_and_preview_answer_in_place(cast: SimpleNamespace, connection: Connection, visit: Visit) -> None:
    page = visit(connection.get_absolute_url(), user=cast.admin)
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_text("✗ fails")).to_have_count(1)
    expect(page.get_by_text("✓ works").first).to_be_visible()
    expect(page.get_by_text("CHARTER_STORE_NONE is not set")).to_be_visible()
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("A pull would add 17 feature views")).to_be_visible()
    assert barriers(page) == []
    assert page.url.endswith(connection.get_absolute_url())


def test_a_store_is_connected_from_the_keyboard(cast: SimpleNamespace, visit: Visit) -> None:
    page: Page = visit(reverse("registry:connections"), user=cast.admin)
    page.get_by_role("link", name="Connect a store").first.click()
    page.get_by_role("link", name="Feast").click()
    page.get_by_label("Name").fill("My store")
    page.get_by_label("Measure every").fill("1h")
    page.get_by_label("Registry").fill(f"sqlite:///{REGISTRY}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("My store")


def test_a_token_is_copied_once(cast: SimpleNamespace, visit: Visit) -> None:
    page = visit(reverse("registry:tokens"), user=cast.viewer, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("What is it for?").fill("Checkout")
    page.get_by_label("Read the registry").check()
    page.get_by_role("button", name="Create token").click()
    page.get_by_role("button", name="Copy: The new token").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("charter_pat_")
    assert barriers(page) == []
    page.goto(reverse("registry:tokens"))
    assert copied not in page.content()


def test_a_theme_is_chosen_at_once_and_kept(cast: SimpleNamespace, visit: Visit) -> None:
    page = visit(reverse("portal:settings"), user=cast.viewer)
    page.locator("main").get_by_label("Dark").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto(reverse("portal:docs"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
