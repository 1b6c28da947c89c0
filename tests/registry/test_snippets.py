"""Code that people paste: it must parse, name the right reference, and carry what the store needs."""

import ast
import shlex
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from registry import snippets
from registry.models import Feature, Version
from tests.cast import api_as
from tests.factories import EntityFactory, FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db


def feature(**view: object) -> Feature:
    project = ProjectFactory(name="payments", upstream_name="pay")
    made = ViewFactory(project=project, name="stats", ttl=timedelta(days=1), **view)
    made.entities.add(EntityFactory(project=project, join_keys=["user_id"], value_type="int64"))
    made.entities.add(EntityFactory(project=project, name="card", join_keys=['card "no"'], value_type="string"))
    return FeatureFactory(view=made, name="avg_amount", number=2)


def call(code: str, name: str) -> dict[str, ast.expr]:
    """Keyword arguments of the call of `name` in the code."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    found = next(one for one in calls if isinstance(one.func, ast.Attribute) and one.func.attr == name)
    return {keyword.arg or "": keyword.value for keyword in found.keywords}


def test_online() -> None:
    asked = call(snippets.feast(feature(is_online=True), 2), "get_online_features")
    assert ast.literal_eval(asked["features"]) == ["stats:avg_amount"]
    assert ast.literal_eval(asked["entity_rows"]) == [{"user_id": 1001, 'card "no"': '<card "no">'}]


def test_history_only() -> None:
    code = snippets.feast(feature(is_online=False), 2)
    assert ast.literal_eval(call(code, "get_historical_features")["features"]) == ["stats:avg_amount"]
    assert '"user_id": 1001' in code
    assert "event_timestamp" in code


def test_an_older_version_is_pinned_and_says_what_it_needs() -> None:
    code = snippets.feast(feature(is_online=True), 1)
    assert ast.literal_eval(call(code, "get_online_features")["features"]) == ["stats@v1:avg_amount"]
    assert "enable_online_feature_view_versioning: true" in code


def test_what_the_caller_sends() -> None:
    made = feature(is_online=True, request_fields=[{"name": "amount", "dtype": "float64"}])
    rows = ast.literal_eval(call(snippets.feast(made, 2), "get_online_features")["entity_rows"])
    assert rows[0]["amount"] == 1.0


def test_computed_when_asked_needs_the_keys_of_what_it_reads() -> None:
    upstream = feature(is_online=True).view
    view = ViewFactory(
        project=upstream.project, kind="on_demand", request_fields=[{"name": "amount", "dtype": "int64"}]
    )
    view.upstream_views.add(upstream)
    code = snippets.feast(FeatureFactory(view=view, number=1), 1)
    (row,) = ast.literal_eval(call(code, "get_online_features")["entity_rows"])
    assert row == {"user_id": 1001, 'card "no"': '<card "no">', "amount": 1001}


def test_the_project_is_called_as_its_store_calls_it() -> None:
    assert "of project pay\n" in snippets.feast(feature(), 2)


def test_curl(cast: SimpleNamespace) -> None:
    made = FeatureFactory(view=ViewFactory(name="a view"), name="rate/eur $HOME")
    Version.objects.create(feature=made, number=7, dtype="decimal", state="active")
    for number in (1, 7):
        command = snippets.curl(made, number, base_url="https://charter.example.com")
        assert "$HOME" not in command  # a shell would put something else there
        words = shlex.split(command)
        assert words[0] == "curl"
        answer = api_as(cast.viewer).get(urlsplit(words[-1]).path)
        assert answer.status_code == 200
        assert answer.json()["reference"] == f"{made.key}@{number}"
