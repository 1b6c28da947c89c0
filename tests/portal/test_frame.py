"""The frame: it links only to what exists, knows where one is, and repeats only preferences it knows."""

import gzip
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from portal import context
from portal.errors import permission_denied


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


def refused(request: HttpRequest) -> HttpResponse:
    return permission_denied(request, PermissionError("Only members of Risk may do this."))


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret detail")


urlpatterns = [
    path("", include(([path("", page, name="home")], "portal"))),
    path("", include(([path("search", page, name="search"), path("teams/", page, name="teams")], "registry"))),
    path("accounts/", include("allauth.urls")),
    path("accounts/refused", refused),  # under /accounts/ nobody has to sign in
    path("accounts/broken", broken),
]
handler404 = "portal.errors.page_not_found"
handler500 = "portal.errors.server_error"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.usefixtures("static_files")]


def frame_at(address: str, **cookies: str) -> context.Frame:
    request = RequestFactory().get(address)
    request.user = AnonymousUser()
    request.COOKIES.update(cookies)
    return context.frame(request)["frame"]


def test_navigation_has_no_dead_links() -> None:
    assert [(link.label, link.url) for link in frame_at("/").navigation] == [
        ("Home", "/"),
        ("Search", "/search"),
        ("Teams", "/teams/"),
    ]


@pytest.mark.parametrize(
    ("address", "here"), [("/", ["Home"]), ("/search", ["Search"]), ("/f/a/b/c/", ["Search"]), ("/jobs/1", [])]
)
def test_navigation_knows_where_one_is(address: str, here: list[str]) -> None:
    assert [link.label for link in frame_at(address).navigation if link.is_current] == here


def test_missing_pages_have_no_address() -> None:
    assert frame_at("/").help_url == ""


def test_preferences_repeat_only_known_values() -> None:
    chosen = frame_at("/", charter_theme='dark"><script>', charter_density="compact", charter_keys="off")
    assert chosen.preferences == {"theme": "", "density": "compact", "keys": "off"}


def test_a_missing_page_says_so_and_gives_the_number_to_quote() -> None:
    response = Client().get("/accounts/nowhere", headers={"X-Request-ID": "r-17"})
    assert response.status_code == 404
    assert "There is nothing here" in response.text
    assert "r-17" in response.text


def test_a_refusal_gives_its_reason() -> None:
    response = Client().get("/accounts/refused")
    assert response.status_code == 403
    assert "Only members of Risk may do this." in response.text


def test_a_mistake_of_ours_keeps_its_detail() -> None:
    response = Client(raise_request_exception=False).get("/accounts/broken")
    assert response.status_code == 500
    assert "Nothing was saved." in response.text
    assert "a secret detail" not in response.text


def test_a_part_of_a_page_fails_alone() -> None:
    response = Client(raise_request_exception=False).get("/accounts/broken", headers={"HX-Request": "true"})
    assert response.status_code == 500
    assert "<html" not in response.text
    assert 'role="alert"' in response.text


def test_a_part_sends_the_whole_page_to_sign_in() -> None:
    here = "http://testserver/f/a/b/c/?tab=1"
    response = Client().get("/search", headers={"HX-Request": "true", "HX-Current-URL": here})
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Ff%2Fa%2Fb%2Fc%2F%3Ftab%3D1"


def test_a_program_gets_a_problem() -> None:
    response = Client().get("/api/v1/nowhere")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_styles_and_scripts_stay_small() -> None:
    """Budgets of a page, gzipped: styles 12 KB, our own scripts 6 KB."""
    folder = settings.BASE_DIR / "static" / "portal"
    weigh = lambda pattern: sum(len(gzip.compress(file.read_bytes())) for file in folder.glob(pattern))  # noqa: E731
    assert weigh("*.css") <= 12 * 1024
    assert weigh("*.js") <= 6 * 1024


def test_templates_hold_no_inline_styles_or_scripts() -> None:
    """The content security policy would refuse them in silence. Letters have none, and their readers no stylesheet."""
    pages = [file for file in (settings.BASE_DIR / "templates").rglob("*.html") if file.parent.name != "mail"]
    inline = r"\sstyle=|<style|\son\w+=\"|<script(?![^>]*\bsrc=)"
    offenders = [file.name for file in pages if re.search(inline, file.read_text())]
    assert offenders == []
