"""What a search costs as the registry grows, in statements and rows read: never in seconds."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Feature, User
from registry.search import ranking, search
from tests.registry.search_rows import count_up, view_of

CAP = 40


def grow(to: int) -> None:
    """As many features, of which every second has the word, and none a name that begins with it."""
    view = view_of("payments", "growth")
    held = Feature.objects.count()
    Feature.objects.bulk_create(
        Feature(
            project=view.project, view=view, name=f"x_{word}_{number}", key=f"payments.growth.x_{word}_{number}",
            entity_names=["user"], models_count=number % 7,
        )
        for number in range(held, to)
        for word in ["refund" if number % 2 else "balance"]
    )  # fmt: skip
    count_up()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_feature")


def cost(actor: User, text: str, **how: Any) -> tuple[int, int]:
    """Statements, and rows of features that ranking took in."""
    with CaptureQueriesContext(connection) as asked:
        search(actor, text, **how)
    ranked = next(one["sql"] for one in asked.captured_queries if "ranked AS" in (one["sql"] or ""))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {ranked}")
        plan = cursor.fetchone()[0]
    return len(asked), _rows(plan[0]["Plan"], "CTE scored")


def _rows(node: dict[str, Any], name: str) -> int:
    if node.get("Subplan Name") == name:
        return node["Actual Rows"]
    return sum(_rows(child, name) for child in node.get("Plans", []))


@pytest.mark.parametrize("text", ["refund", "project:payments", "refund entity:user", "x_refund*"])
def test_ten_times_the_features_cost_no_more(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(ranking, "MAX_CANDIDATES", CAP)
    monkeypatch.setattr(ranking, "MAX_NAMED", CAP)
    grow(200)
    search(cast.viewer, text)
    few = cost(cast.viewer, text)
    grow(2_000)
    many = cost(cast.viewer, text)
    assert many == few
    assert few[1] <= 2 * CAP + 1


def test_facets_before_any_choice_read_totals_alone(cast: SimpleNamespace) -> None:
    grow(200)
    search(cast.viewer, "", with_facets=True)
    with CaptureQueriesContext(connection) as asked:
        search(cast.viewer, "", with_facets=True)
    assert [one for one in asked.captured_queries if "GROUPING SETS" in (one["sql"] or "")] == []
    totals = next(one["sql"] for one in asked.captured_queries if "registry_facettotal" in (one["sql"] or ""))
    assert "registry_feature" not in totals.replace("registry_featureview", "")


@pytest.mark.parametrize("text", ["refund", "entity:user", "refund entity:user"])
def test_facets_are_one_statement(cast: SimpleNamespace, text: str) -> None:
    grow(200)
    search(cast.viewer, text)
    with CaptureQueriesContext(connection) as without:
        search(cast.viewer, text)
    with CaptureQueriesContext(connection) as with_facets:
        search(cast.viewer, text, with_facets=True)
    assert len(with_facets) == len(without) + 1
