"""Judging health: ten times the views cost no more statements, and a minute in which nothing changed writes nothing."""

import pytest

from bench.health import judge
from bench.imports import measured

pytestmark = pytest.mark.django_db


def test_statements_do_not_grow_with_the_views() -> None:
    from bench.fill import fill

    fill(1_000)
    few, many = measured(lambda: judge(10)), measured(judge)
    assert (few.counts, many.counts) == ({"changed_views": 10}, {"changed_views": 90})
    assert few.statements == many.statements


def test_judging_again_changes_nothing() -> None:
    from bench.fill import fill

    fill(200)
    judge()
    assert judge() == {"changed_views": 0}
