"""Real Chromium against the real server, signed in. Skipped with a reason where there is no Chromium.

`visit(address, user=…, theme=…, width=…)` opens a page and fails the test if its console showed an error.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from playwright.sync_api import Browser, Page

# Playwright's plain API keeps an event loop in this thread, which Django would take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

THEMES = ("light", "dark")
WIDTHS = (1280, 390)
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        pytest.skip("No Chromium on this machine; install the package `chromium`.")
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Static files straight from their folders: nobody collects them for a test."""
    django_settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))
    django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session")
def live_server(static_files: None, live_server: Any) -> Any:
    """pytest-django's, started only once static files can be found."""
    return live_server


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Visit]:
    """A function that opens an address in a fresh browser context."""
    from tests.cast import page_as

    pages, complaints = [], []

    def open_page(address: str, *, user: Any = None, theme: str = "light", width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url, color_scheme=theme, viewport={"width": width, "height": 800}, **options
        )
        if user:
            session = page_as(user).cookies[django_settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        if options.get("java_script_enabled", True):
            open_and_settle(page, address)
        else:
            page.goto(address, wait_until="load")
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert complaints == []


def open_and_settle(page: Page, address: str) -> None:
    """Open it and wait for the parts that it asks for by itself."""
    page.goto(address, wait_until="load")
    page.wait_for_function(_SETTLED)


# Each part that is asked for as soon as the page is there has been answered, and nothing is being put in its place.
_SETTLED = """() => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const answered = performance.getEntriesByType("resource").map((one) => one.name);
    const parts = [...document.querySelectorAll('[hx-trigger="load"][hx-get]')];
    const waits = (part) => {
        const asked = new URL(part.getAttribute("hx-get"), location.href).href;
        return !answered.some((one) => one.startsWith(asked));
    };
    told(!parts.some(waits) && !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling"));
})))"""


def faults(visit: Visit, addresses: Sequence[str], *, user: Any) -> dict[str, list[str]]:
    """What is wrong with pages, wide and narrow, light and dark: barriers, and what is wider than the window. Each is
    opened once for each width; in the dark only its colours are different, and they are the same at every width."""
    found: dict[str, list[str]] = {}
    for width in WIDTHS:
        page = visit(addresses[0], user=user, width=width)
        for address in addresses:
            page.emulate_media(color_scheme="light")
            open_and_settle(page, address)
            said = barriers(page) + ([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])
            if width == max(WIDTHS):
                page.emulate_media(color_scheme="dark")
                said += barriers(page, "color-contrast")
            if said:
                found[f"{address} at {width}"] = said
        page.context.close()
    return found


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds by these rules, or by all; one line each: the rule and the first place."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(Axe().axe_script)
    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        asked["runOnly"] = {"type": "rule", "values": list(rules)}
    return list(page.evaluate(_ASK_AXE, asked))


# The whole answer is large, and nobody looks at what is right.
_ASK_AXE = """async (asked) => {
    const { violations } = await axe.run(document, asked);
    return violations.map((one) => `${one.id}: ${one.nodes[0].html}`);
}"""


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")
