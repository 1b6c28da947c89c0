"""The import's benchmark runs, and ten times the views cost no more statements."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine

from bench import imports, scratch
from bench.feast_registry import Size, write
from bench.imports import Figures, measured, pull

pytestmark = pytest.mark.django_db

FEW, MANY = Size(20, 3), Size(200, 3)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# A pull that takes seconds, as on a busy machine, writes how far it is once a second.
STEPS_OF_A_SLOW_PULL = 20


@pytest.fixture
def feast() -> Iterator[dict[Size, str]]:
    """A registry of each size in PostgreSQL."""
    with scratch.database(f"charter_few_{WORKER}") as few, scratch.database(f"charter_many_{WORKER}") as many:
        urls = {FEW: few, MANY: many}
        for size, url in urls.items():
            engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
            write(engine, size)
            engine.dispose()
        yield urls


def every_step(feast: str, size: Size) -> dict[str, Figures]:
    """Pulls by a connection of its own, whose projects are named after the size."""

    def step() -> Figures:
        return measured(lambda: pull(feast, "", prefix=f"x{size.views}-"))

    found = {"first": step(), "unchanged": step()}
    imports.touch(feast)
    found["touched"] = step()
    imports.change_one(feast, 5, size)
    return found | {"one": step()}


def test_ten_times_the_views_take_no_more_statements(feast: dict[Size, str]) -> None:
    few, many = (every_step(url, size) for size, url in feast.items())
    for size, found in ((FEW, few), (MANY, many)):
        assert found["first"].counts["added_views"] == size.views
        assert found["first"].counts["added_features"] == size.views * size.features
        assert found["unchanged"].counts == {"unchanged_views": size.views}
        assert found["touched"].counts == {}
        assert found["one"].counts == {"added_views": 0, "changed_views": 1, "changed_features": 1}
    for step, figures in many.items():
        assert figures.statements <= few[step].statements + STEPS_OF_A_SLOW_PULL, step


def test_the_floors_read_and_copy_everything(feast: dict[Size, str]) -> None:
    with (
        scratch.database(f"charter_floor_{WORKER}") as held,
        psycopg.connect(held, autocommit=True) as connection,
    ):
        connection.execute(imports.FLOOR_TABLE)
        imports.floor_first(feast[MANY], held)
        imports.floor_unchanged(feast[MANY], held)
        rows = connection.execute("SELECT count(*) FROM floor_feature").fetchone()
    assert rows == (MANY.views * MANY.features,)
