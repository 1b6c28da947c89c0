"""The API describes itself: valid, complete, and as it is kept in docs/."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.urls import reverse
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from portal.api_urls import urlpatterns

KEPT = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_it_is_valid_and_nothing_was_guessed(described: dict[str, Any]) -> None:
    with GENERATOR_STATS.silence():
        validate_schema(described)
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_the_kept_copy_is_current(described: dict[str, Any]) -> None:
    """`python manage.py spectacular --file docs/openapi.yaml` brings it up to date; its difference is the change."""
    text = OpenApiYamlRenderer().render(described, renderer_context={}).decode()
    assert KEPT.read_text() == text


def test_every_address_is_described(described: dict[str, Any]) -> None:
    names = {pattern.name: str(pattern.pattern) for pattern in urlpatterns if pattern.name}
    paths = {path.removeprefix("/api/v1/").replace("{", "").replace("}", "") for path in described["paths"]}
    plain = {re.sub(r"<\w+:(\w+)>", r"\1", route) for route in names.values()}
    assert paths == plain


def test_every_operation_says_what_can_go_wrong(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            codes = set(operation["responses"])
            assert {"400", "406", "429", "500"} <= codes, (method, path)
            assert operation["summary"], (method, path)
            if path not in ("/api/v1/openapi.json", "/api/v1/schemas/{slug}.json"):
                assert {"401", "403"} <= codes, (method, path)
            if "{" in path:
                assert "404" in codes, (method, path)
            if "requestBody" in operation:
                assert {"413", "415", "422"} <= codes, (method, path)


def test_everybody_may_read_it() -> None:
    answer = APIClient().get(reverse("api:openapi"))
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")
    assert APIClient().get(reverse("api:openapi"), HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    assert yaml.safe_load(KEPT.read_text())["info"] == answer.json()["info"]
