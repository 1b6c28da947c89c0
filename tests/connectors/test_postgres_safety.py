"""Queries come from a registry that others write: whatever they say, nothing is written and nothing hangs."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from connectors.postgres.client import PostgresStore
from connectors.records import ConnectorError
from tests.connectors.targets import target


@pytest.fixture
def url(registry_database_url: str) -> str:
    with psycopg.connect(registry_database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (x int); INSERT INTO kept VALUES (1); CREATE SEQUENCE counter")
        connection.execute('CREATE TABLE "My ""odd"" Table" AS SELECT 7 AS x')
    return registry_database_url


@pytest.fixture
def without_select(url: str) -> Iterator[str]:
    """The address of a role that sees the schema but may not read the table `kept`."""
    with psycopg.connect(url, autocommit=True) as connection:
        (schema, is_superuser), *_ = connection.execute(
            "SELECT current_schema(), rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchall()
        if not is_superuser:
            connection.execute("REVOKE ALL ON kept FROM CURRENT_USER")
            yield url
            return
        role = f"reader_of_{schema}"  # a superuser may read whatever is revoked
        connection.execute(
            f"CREATE ROLE {role} LOGIN PASSWORD 'hard-to-guess'; GRANT USAGE ON SCHEMA {schema} TO {role}"
        )
        parts = urlsplit(url)
        yield urlunsplit(parts._replace(netloc=f"{role}:hard-to-guess@{parts.netloc.rpartition('@')[2]}"))
        connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS x; DROP TABLE kept",
        "SELECT 1 AS x) AS source; DROP TABLE kept; SELECT * FROM (SELECT 1 AS x",
        "DELETE FROM kept RETURNING x",
        "WITH gone AS (DELETE FROM kept RETURNING x) SELECT * FROM gone",
        "SELECT nextval('counter') AS x",
        "SELECT set_config('transaction_read_only', 'off', true) AS x",
        "COPY kept TO '/tmp/kept'",
        "SELECT pg_sleep(60) AS x",
        "SELECT set_config('statement_timeout', '0', false) AS x, pg_sleep(60) AS y",
        "not even SQL",
    ],
)
def test_a_hostile_query_changes_nothing_and_ends_soon(url: str, query: str) -> None:
    with pytest.raises(ConnectorError) as refused:
        PostgresStore(url, seconds=0.5).read(target("", "x", query=query))
    assert "PostgreSQL" in str(refused.value)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        assert connection.execute("SELECT last_value, is_called FROM counter").fetchone() == (1, False)


def test_errors_about_data_quote_no_value(url: str) -> None:
    query = "SELECT 'ada@example.com'::text::int AS x"
    with pytest.raises(ConnectorError) as failed:
        PostgresStore(url).read(target("", "x", query=f"{query} FROM kept", keys=("x",)))
    assert "ada" not in str(failed.value)


def test_a_table_name_stays_a_name(url: str) -> None:
    assert PostgresStore(url).read(target('"My ""odd"" Table"', "x")).profiles[0].mean == 7
    assert PostgresStore(url).read(target("KEPT", "x")).rows == 1  # folded, as PostgreSQL does
    with pytest.raises(ConnectorError):
        PostgresStore(url).read(target("kept; DROP TABLE kept", "x"))


def test_a_missing_table_is_named(url: str) -> None:
    with pytest.raises(ConnectorError, match="There is no table 'gone.stats'") as failed:
        PostgresStore(url).read(target("gone.stats", "x"))
    assert failed.value.fix


def test_a_missing_right_says_which_grant_it_takes(without_select: str) -> None:
    with pytest.raises(ConnectorError, match="permission denied for table kept") as failed:
        PostgresStore(without_select).read(target("kept", "x"))
    assert failed.value.fix == "As its owner, run: GRANT SELECT ON kept TO the role of this connection."
    rights = {right.name: right for right in PostgresStore(without_select).test()}
    assert rights["Connect"].ok
    schema = without_select.rpartition("%3D")[2]
    assert f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO" in rights["SELECT"].fix
    assert "not on " in rights["SELECT"].detail


def test_the_test_of_a_connection_lists_each_right(url: str) -> None:
    rights = PostgresStore(url).test()
    assert [(right.name, right.ok) for right in rights] == [
        ("Connect", True),
        ("Read the schema", True),
        ("SELECT", True),
        ("Read only", True),
    ]
    assert "could also write" in rights[-1].detail  # the suite's role owns its tables


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://charter:s3cret@127.0.0.1:1/shop", "did not let us in"),
        ("postgresql://charter:s3@cret@127.0.0.1:1/shop", "not one that PostgreSQL understands"),
        ("postgresql://charter:s3cret@127.0.0.1:port/shop?x=s3cret", "not one that PostgreSQL understands"),
        ("postgresql+psycopg://charter:s3cret@127.0.0.1:1/shop", "did not let us in"),
    ],
)
def test_a_bad_address_is_explained_without_its_password(address: str, message: str) -> None:
    (right,) = PostgresStore(address).test()
    assert not right.ok
    assert message in right.detail
    assert right.fix
    assert "cret" not in right.detail + right.fix.replace("role:password@", "")
