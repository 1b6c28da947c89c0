"""The API's benchmark runs, and ten times the features make PostgreSQL read no more rows for a page."""

import subprocess
import sys
from typing import Any

import pytest

from bench import scratch

MOST_ROWS = 20 * 4 + 40 + 50 + 30  # each row of a page with its project, view and team, and whole small tables


def rows_read(sql: str, parameters: tuple[object, ...]) -> int:
    """Rows that PostgreSQL takes from tables and indexes to answer."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        return _scanned(cursor.fetchone()[0][0]["Plan"])


def _scanned(node: dict[str, Any]) -> int:
    own = node["Actual Rows"] * node["Actual Loops"] if "Relation Name" in node else 0
    return int(own) + sum(_scanned(inner) for inner in node.get("Plans", ()))


def read(features: int) -> dict[str, int]:
    """For the first page, one deep in the list, and one feature, in a registry of this size that is gone afterwards."""
    from django.db import connection, transaction

    from bench.fill import fill
    from common.fields import Selection
    from common.pagination import Place
    from registry.api.features import FeatureListView, FeatureView
    from registry.api.lists import rows_of
    from registry.api.objects import shown_rows
    from registry.models import Feature, User

    with transaction.atomic():
        fill(features)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        user = User.objects.get(username="bench")
        visible = FeatureListView.visible(user)
        deep = Feature.objects.order_by("key").values_list("key", flat=True)[int(features * 0.9)]
        queries = {
            name: rows_of(FeatureListView, visible, user, Selection(), Place("key", ("key",), after, 20))[:21]
            for name, after in {"first": (), "deep": (deep,)}.items()
        } | {"one": shown_rows(FeatureView, user, Selection()).filter(key=deep)}
        found = {name: rows_read(*query.query.sql_with_params()) for name, query in queries.items()}
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_ten_times_the_features_are_no_more_to_read() -> None:
    """A plan may read all forty projects and fifty teams, but never a tenth of the features."""
    for features in (2_000, 20_000):
        for name, number in read(features).items():
            assert number < MOST_ROWS, (features, name, number)


@pytest.mark.slow
def test_floor_and_ours_are_measured_side_by_side(migrated_template: str) -> None:
    with scratch.database("charter_bench_api_test", template=migrated_template) as url:
        env = scratch.environment(url)
        subprocess.run([sys.executable, "-m", "bench.fill", "200"], check=True, env=env)
        command = [sys.executable, "-m", "bench.api", "--rounds", "1", "--seconds", "0.5"]
        said = subprocess.run(command, check=True, env=env, text=True, stdout=subprocess.PIPE).stdout
    lines = said.splitlines()
    assert lines[0].startswith("200 features")
    assert [line[:16].strip() for line in lines[2:]] == [
        "one feature, c1", "one feature, c8", "page of 50, c1", "page of 50, c8", "deep page, c1",
    ]  # fmt: skip
    assert sum("wanted" in line for line in lines) == 3
