"""The recorded registry moved into a real database server reads the same there, and nothing can be written."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, insert, make_url, text

from bench import feast_registry
from connectors.feast.client import open_registry
from connectors.feast.sql_connection import open_engine
from connectors.records import ConnectorError, Definitions

# MySQL is not among the suite's services: name an empty database of one to test with it too.
MYSQL_URL = os.environ.get("CHARTER_TEST_MYSQL_URL", "")


@pytest.fixture(params=["postgresql", *(["mysql"] if MYSQL_URL else [])])
def server(request: pytest.FixtureRequest) -> str:
    """URL of an empty place for tables."""
    return MYSQL_URL if request.param == "mysql" else str(request.getfixturevalue("registry_database_url"))


@pytest.fixture
def writer(server: str) -> Iterator[Engine]:
    driver = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
    url = make_url(server)
    engine = create_engine(url.set(drivername=driver[url.get_backend_name()]))
    feast_registry.metadata.create_all(engine)
    yield engine
    feast_registry.metadata.drop_all(engine)
    engine.dispose()


@pytest.fixture
def moved(writer: Engine, feast_samples: Path, server: str) -> str:
    """Every table of the recorded registry that Feast's schema shares with ours, row by row."""
    recorded = sqlite3.connect(f"file:{feast_samples / 'sql_registry.sqlite'}?mode=ro", uri=True)
    recorded.row_factory = sqlite3.Row
    with writer.begin() as connection:
        for table in feast_registry.metadata.sorted_tables:
            columns = ", ".join(column.name for column in table.columns)
            rows = [dict(row) for row in recorded.execute(f"SELECT {columns} FROM {table.name}")]
            if rows:
                connection.execute(insert(table), rows)
    recorded.close()
    return server


def test_it_reads_as_the_original_does(moved: str, feast_samples: Path) -> None:
    original = open_registry(f"sqlite:///{feast_samples / 'sql_registry.sqlite'}").definitions(known={})
    found = open_registry(moved).definitions(known={})
    assert _comparable(found) == _comparable(original)
    assert {view.digest for view in found.views} == {view.digest for view in original.views}
    assert len(found.views) == 3


def test_it_reads_only_what_changed(moved: str, writer: Engine) -> None:
    reader = open_registry(moved)
    before = reader.definitions(known={})
    known = {(view.project, view.name): view.digest for view in before.views}
    assert reader.change_token() == before.change_token
    assert reader.definitions(known=known).views == []

    with writer.begin() as connection:
        stored = connection.execute(text("SELECT feature_view_proto FROM feature_views ORDER BY 1")).scalars().first()
        changed = stored.replace(b"@shop.io", b"@shop.eu")
        statement = text("UPDATE feature_views SET feature_view_proto = :new WHERE feature_view_proto = :old")
        assert connection.execute(statement, {"new": changed, "old": stored}).rowcount == 1

    assert reader.change_token() != before.change_token
    assert len(reader.definitions(known=known).views) == 1


def test_the_test_names_what_it_tried(moved: str) -> None:
    rights = open_registry(moved).test()
    assert [(right.name, right.ok) for right in rights] == [
        *(("Connect", True), ("Find the registry", True), ("List projects", True)),
        *(("List feature views", True), ("Read version history", True)),
    ]
    assert [right.detail for right in rights[2:]] == ["1 found", "3 found", "3 found"]


def test_it_reads_only_the_chosen_projects(moved: str) -> None:
    assert open_registry(moved, projects=["other"]).definitions(known={}).view_names == set()
    assert len(open_registry(moved, projects=["shop", "other"]).definitions(known={}).view_names) == 3


def test_the_connection_cannot_write(moved: str) -> None:
    engine = open_engine(moved)
    with engine.connect() as connection, pytest.raises(Exception, match="(?i)read.only"):
        connection.execute(text("DELETE FROM feature_views"))
    engine.dispose()


def test_many_views_stream_through(writer: Engine, server: str) -> None:
    feast_registry.metadata.drop_all(writer)
    feast_registry.write(writer, feast_registry.Size(views=1200, features=3))
    found = open_registry(server).definitions(known={})
    assert (len(found.views), len(found.view_versions), len(found.view_names)) == (1200, 1200, 1200)
    assert (len(found.projects), len(found.entities), len(found.services)) == (2, 120, 120)
    assert found.warnings == []


def test_a_right_that_is_missing_is_named(moved: str, writer: Engine) -> None:
    if writer.dialect.name != "postgresql":
        pytest.skip("In MySQL the owner of a table cannot give up rights to it.")
    with writer.begin() as connection:
        if connection.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one():
            pytest.skip("DATABASE_URL is a superuser's, who may read everything.")
        connection.execute(text("REVOKE ALL ON feature_views FROM CURRENT_USER"))
    rights = open_registry(moved).test()
    assert [(right.name, right.ok) for right in rights[2:]] == [("List projects", True), ("List feature views", False)]
    assert "may not read" in rights[-1].detail
    assert "SELECT" in rights[-1].fix
    with pytest.raises(ConnectorError, match="may not read"):
        open_registry(moved).definitions(known={})


def _comparable(found: Definitions) -> Definitions:
    """Databases may hand out rows in any order, and their tokens are their own."""
    lists = ("entities", "sources", "views", "services", "permissions", "projects")
    return replace(found, change_token="", **{name: sorted(getattr(found, name), key=str) for name in lists})
