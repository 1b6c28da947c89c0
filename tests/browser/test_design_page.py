"""Every component as a browser shows it: in both themes and widths, by mouse, by key, and without scripts."""

from typing import Any

import plotly.graph_objects as go
import pytest
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import path
from django_cotton.compiler_regex import CottonCompiler

from portal.urls import urlpatterns as real_addresses
from tests.browser.conftest import THEMES, WIDTHS, Visit, barriers, overflow

PLAYGROUND = """
{% extends "portal/frame.html" %}
{% block title %}Playground{% endblock %}
{% block header %}<c-page-header title="Playground" />{% endblock %}
{% block content %}<c-query id="own" action="/search" suggest="/suggest" />
<c-figure url="/figure" label="Age over time"><table><tr><td>1</td></tr></table></c-figure>
<c-table label="Rows" id="rows">
{% for row in rows %}<tr data-row><th scope="row"><a data-open href="#">row {{ row }}</a></th></tr>{% endfor %}
</c-table>
<c-more :url="next" target="#rows" />{% endblock %}
"""


def shown(request: HttpRequest, source: str, **context: Any) -> HttpResponse:
    return HttpResponse(Template(CottonCompiler().process(source)).render(RequestContext(request, context)))


def playground(request: HttpRequest) -> HttpResponse:
    page = int(request.GET.get("page", 0))
    return shown(request, PLAYGROUND, rows=[page * 2, page * 2 + 1], next="" if page else "?page=1")


def suggest(request: HttpRequest) -> HttpResponse:
    typed = request.GET["q"]
    features = [{"label": f"{typed}_{i}", "note": "feature", "url": f"#{i}"} for i in range(2)]
    groups = [
        {"label": "Features", "items": features},
        {"label": "Filters", "items": [{"label": "entity:user", "note": "12", "insert": "entity:user "}]},
    ]
    return shown(request, '<c-suggestions :groups="groups" />', groups=groups)


def figure(request: HttpRequest) -> HttpResponse:
    chart = go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])).update_layout(template=None)
    return HttpResponse(chart.to_json(), content_type="application/json")


urlpatterns = [
    path("playground", playground),
    path("suggest", suggest),
    path("figure", figure),
    *real_addresses,
]
handler404, handler500 = "portal.errors.page_not_found", "portal.errors.server_error"

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reader() -> Any:
    from tests.factories import UserFactory

    return UserFactory(username="vera")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_every_component_is_accessible(visit: Visit, reader: Any, theme: str, width: int) -> None:
    page = visit("/docs/design/", user=reader, theme=theme, width=width)
    assert barriers(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("theme", THEMES)
def test_signing_in_is_accessible(visit: Visit, theme: str) -> None:
    page = visit("/accounts/login/", theme=theme, width=390)
    assert barriers(page) == []


def test_page_reflows_at_320_pixels(visit: Visit, reader: Any) -> None:
    assert overflow(visit("/docs/design/", user=reader, width=320)) <= 0


def test_keys_walk_and_select_rows(visit: Visit, reader: Any) -> None:
    page = visit("/docs/design/", user=reader)
    page.evaluate("document.activeElement.blur()")
    for key in "jjxjx":
        page.keyboard.press(key)
    assert page.locator("[data-selected-count]").inner_text() == "2"


def test_slash_searches_and_typing_is_typing(visit: Visit, reader: Any) -> None:
    page = visit("/playground", user=reader)
    page.keyboard.press("/")
    page.keyboard.type("x?/g h")
    assert page.locator("#own").input_value() == "x?/g h"
    assert not page.locator("#key-list").is_visible()


def test_keys_can_be_switched_off(visit: Visit, reader: Any) -> None:
    page = visit("/docs/design/", user=reader)
    page.evaluate("document.cookie = 'charter_keys=off;path=/'")
    page.reload()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert not page.locator("#key-list").is_visible()


def test_palette_finds_a_page_by_keyboard_alone(visit: Visit, reader: Any) -> None:
    page = visit("/docs/design/", user=reader)
    page.evaluate(
        "document.querySelector('#palette-pages').innerHTML = '<a role=option href=\"#there\">Nowhere else</a>'"
    )
    page.keyboard.press("Control+k")
    page.keyboard.type("nowhere")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**#there")


def test_suggestions_complete_a_filter(visit: Visit, reader: Any) -> None:
    page = visit("/playground", user=reader)
    box = page.locator("#own")
    box.press_sequentially("avg ent")
    page.locator("#own-suggestions [role=option]").last.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant")
    page.keyboard.press("Enter")
    assert box.input_value() == "avg entity:user "


def test_more_rows_come_in_place(visit: Visit, reader: Any) -> None:
    page = visit("/playground", user=reader)
    page.locator("#more a").click()
    page.locator("text=row 3").wait_for()
    assert page.locator("#rows tr").count() == 4
    assert page.locator("#more a").count() == 0


def test_chart_draws_under_the_content_security_policy(visit: Visit, reader: Any) -> None:
    page = visit("/playground", user=reader)
    page.locator("charter-figure .main-svg").first.wait_for()
    assert page.locator("charter-figure .scatterlayer path").count() > 0


def test_chosen_theme_comes_from_the_server(visit: Visit, reader: Any) -> None:
    page = visit("/docs/design/", user=reader)
    page.locator("[popovertarget=account]").click()
    page.locator("label", has_text="Dark").click()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(231, 235, 240)"
    answer = page.reload()
    assert answer is not None
    assert 'data-theme="dark"' in answer.text()


def test_phone_menu_opens_without_scripts(visit: Visit, reader: Any) -> None:
    page = visit("/docs/design/", user=reader, width=390, java_script_enabled=False)
    navigation = page.locator("#navigation")
    assert not navigation.is_visible()
    page.locator("[popovertarget=navigation]").first.click()
    assert navigation.is_visible()
