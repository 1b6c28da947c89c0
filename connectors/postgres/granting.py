"""Rights in PostgreSQL: given, taken, and what a script would say. Names are always identifiers, never text in SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from connectors.postgres.reaching import rights_in, table_of
from connectors.postgres.session import connect, explained, session
from connectors.records import ConnectorError, Right
from connectors.rights import Permit, Rights, Target, checked

STATEMENT_SECONDS = 30


class PostgresGate:
    """One database. Only tables of `schemas` are given rights on: what a registry calls a table, others may have
    written."""

    def __init__(self, url: str, *, login: tuple[str, str] | None, schemas: Sequence[str] = ()) -> None:
        self._url, self._login, self._schemas = url, login, tuple(schemas)

    def test(self) -> list[Right]:
        try:
            with self._opened() as opened:
                return [_connected(opened), *(_may_grant(opened, schema) for schema in self._schemas)]
        except ConnectorError as error:
            return [Right("Connect", False, str(error), error.fix)]

    def holds(self, permit: Permit) -> bool:
        with self._opened() as opened:
            return _holds(opened, permit, self._table(opened, permit.target))

    def give(self, permit: Permit) -> None:
        with self._opened() as opened:
            table = self._table(opened, permit.target)
            _need_role(opened, checked(permit).account)
            opened.execute(granted(permit, table))
            if not _holds(opened, permit, table):
                raise ConnectorError(
                    f"PostgreSQL did not give {permit.account} a right on {permit.target.said}.",
                    fix="Give the granting role the rights of the owner, or SELECT WITH GRANT OPTION.",
                )

    def take(self, permit: Permit) -> str:
        with self._opened() as opened:
            table = self._table(opened, permit.target)
            if not _has_role(opened, checked(permit).account):
                return ""
            opened.execute(revoked(permit, table))
            if _holds(opened, permit, table):
                return "has it from somebody whose rights Charter's granting role cannot take back"
        return "" if permit.target.kind == "schema" else self._still(permit)

    def rights(self, targets: Sequence[Target]) -> Rights:
        with session(self._url, login=self._login) as opened:
            return rights_in(opened, targets)

    def _still(self, permit: Permit) -> str:
        """How the account can read it without this right; empty where it cannot."""
        found = self.rights([permit.target])
        return next((one.said for one in found.reaches if one.account == permit.account), "")

    def _table(self, opened: "psycopg.Connection[Any]", target: Target) -> tuple[str, str]:
        """Schema and table as the database has them. A schema's own right has no table."""
        if target.kind == "schema":
            schema, table = target.path[0], ""
        else:
            schema, table = table_of(target, lambda asked: opened.execute(sql.Composed([asked])).fetchall())
        if schema not in self._schemas:
            raise ConnectorError(
                f"Charter may give no rights in schema {schema}.", fix="Name it with the store's rights, if it should."
            )
        return schema, table

    @contextmanager
    def _opened(self) -> "Iterator[psycopg.Connection[Any]]":
        """One transaction, with little patience: a grant waits for nobody's long query."""
        connection = connect(self._url, login=self._login)
        try:
            with connection.transaction():
                for name, value in (("statement_timeout", f"{STATEMENT_SECONDS}s"), ("lock_timeout", "5s")):
                    connection.execute(sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), value))
                yield connection
        except psycopg.Error as error:
            raise explained(error) from error
        finally:
            connection.close()


def granted(permit: Permit, table: tuple[str, ...]) -> sql.Composed:
    return _said("GRANT {right} TO {account}", permit, table)


def revoked(permit: Permit, table: tuple[str, ...]) -> sql.Composed:
    return _said("REVOKE {right} FROM {account}", permit, table)


def _said(text: LiteralString, permit: Permit, table: tuple[str, ...]) -> sql.Composed:
    target = permit.target
    match target.kind:
        case "column":
            right = sql.SQL("SELECT ({}) ON TABLE {}").format(sql.Identifier(target.path[-1]), sql.Identifier(*table))
        case "table":
            right = sql.SQL("SELECT ON TABLE {}").format(sql.Identifier(*table))
        case "schema":
            right = sql.SQL("USAGE ON SCHEMA {}").format(sql.Identifier(target.path[0]))
        case kind:
            raise ConnectorError(f"PostgreSQL knows no rights on {kind}.")
    return sql.SQL(text).format(right=right, account=sql.Identifier(permit.account))


def _holds(opened: "psycopg.Connection[Any]", permit: Permit, table: tuple[str, str]) -> bool:
    return bool(opened.execute(HOLDS[permit.target.kind], _asked(permit, table)).fetchone())


def _asked(permit: Permit, table: tuple[str, str]) -> dict[str, str]:
    return {"role": permit.account, "schema": table[0], "table": table[1], "column": permit.target.path[-1]}


_OF_TABLE = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
_GIVEN = "JOIN pg_roles r ON r.oid = x.grantee WHERE r.rolname = %(role)s AND n.nspname = %(schema)s"
HOLDS: dict[str, LiteralString] = {
    "column": f"SELECT 1 {_OF_TABLE} JOIN pg_attribute a ON a.attrelid = c.oid, LATERAL aclexplode(a.attacl) x {_GIVEN}"
    " AND c.relname = %(table)s AND a.attname = %(column)s AND x.privilege_type = 'SELECT'",
    "table": f"SELECT 1 {_OF_TABLE}, LATERAL aclexplode(c.relacl) x {_GIVEN}"
    " AND c.relname = %(table)s AND x.privilege_type = 'SELECT'",
    "schema": f"SELECT 1 FROM pg_namespace n, LATERAL aclexplode(n.nspacl) x {_GIVEN} "  # noqa: S608  all of it ours
    "AND x.privilege_type = 'USAGE'",
}


def _has_role(opened: "psycopg.Connection[Any]", account: str) -> bool:
    return bool(opened.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [account]).fetchone())


def _need_role(opened: "psycopg.Connection[Any]", account: str) -> None:
    if not _has_role(opened, account):
        raise ConnectorError(
            f"PostgreSQL has no role {account}.", fix="Create it, or correct who the reader is in this store."
        )


def _connected(opened: "psycopg.Connection[Any]") -> Right:
    row = opened.execute("SELECT current_user, current_setting('server_version')").fetchone()
    return Right("Connect", True, f"As {row[0]}, to PostgreSQL {row[1]}." if row else "")


def _may_grant(opened: "psycopg.Connection[Any]", schema: str) -> Right:
    """On how many tables of a schema the role could give SELECT."""
    row = opened.execute(
        f"SELECT count(*), count(*) FILTER (WHERE has_table_privilege(c.oid, 'SELECT WITH GRANT OPTION')) {_OF_TABLE} "  # noqa: S608
        "WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
        [schema],
    ).fetchone()
    every, able = row or (0, 0)
    return Right(
        f"Grant in {schema}", bool(every) and able == every, f"On {able:,} of {every:,} tables.",
        "Make the granting role a member of the tables' owner, or give it SELECT WITH GRANT OPTION.",
    )  # fmt: skip
