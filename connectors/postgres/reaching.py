"""Who can read a column in PostgreSQL, and how: rights on column and table, PUBLIC, inherited and assumable roles,
owners, superusers. Asks the catalog alone, in a transaction that cannot write.

A view over the table, or a function that runs as its owner, may show the column to others: that is not followed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from psycopg import sql

from connectors.postgres.session import Session
from connectors.records import ConnectorError
from connectors.rights import Reach, Rights, Target

Asked = Callable[[sql.Composable], list[tuple[Any, ...]]]
# `wanted` is (place, table, column number or 0 for any). A role reaches nothing in a database or schema that is closed
# to it; who may SET ROLE is counted as who inherits, for both can read.
READERS = sql.SQL(
    """
WITH wanted AS (SELECT * FROM unnest({places}::int[], {tables}::oid[], {columns}::int[]) AS w (place, oid, attnum)),
acl AS (
  SELECT w.place, c.relnamespace, c.relowner, x.grantee, 'table' AS way
    FROM wanted w JOIN pg_class c USING (oid), LATERAL aclexplode(c.relacl) x WHERE x.privilege_type = 'SELECT'
  UNION SELECT w.place, c.relnamespace, c.relowner, x.grantee, 'column'
    FROM wanted w JOIN pg_class c USING (oid)
    JOIN pg_attribute a ON a.attrelid = c.oid AND (a.attnum = w.attnum OR w.attnum = 0 AND a.attnum > 0),
    LATERAL aclexplode(a.attacl) x WHERE x.privilege_type = 'SELECT'),
role AS (SELECT oid, rolname, rolcanlogin, rolsuper FROM pg_roles
  WHERE rolname !~ '^pg_' AND has_database_privilege(oid, current_database(), 'CONNECT'))
SELECT place, rolname::text, 'superuser', '', rolcanlogin FROM wanted, role WHERE rolsuper
UNION ALL
SELECT w.place, r.rolname::text, 'owner', CASE WHEN o.oid <> r.oid THEN o.rolname::text ELSE '' END, r.rolcanlogin
  FROM wanted w JOIN pg_class c USING (oid) JOIN pg_roles o ON o.oid = c.relowner, role r
  WHERE NOT r.rolsuper AND pg_has_role(r.oid, o.oid, 'MEMBER')
UNION ALL
SELECT w.place, r.rolname::text, 'reads-all', '', r.rolcanlogin FROM wanted w, role r
  WHERE NOT r.rolsuper AND pg_has_role(r.oid, 'pg_read_all_data', 'MEMBER')
UNION ALL
SELECT a.place, r.rolname::text, a.way,
  CASE WHEN a.grantee = 0 THEN 'PUBLIC' WHEN a.grantee <> r.oid THEN g.rolname::text ELSE '' END, r.rolcanlogin
  FROM acl a JOIN role r ON a.grantee = 0 OR pg_has_role(r.oid, a.grantee, 'MEMBER')
  LEFT JOIN pg_roles g ON g.oid = a.grantee
  WHERE NOT r.rolsuper AND a.grantee <> a.relowner AND (has_schema_privilege(r.oid, a.relnamespace, 'USAGE')
    OR a.grantee <> 0 AND has_schema_privilege(a.grantee, a.relnamespace, 'USAGE'))
"""
)


def rights_in(opened: Session, targets: Sequence[Target]) -> Rights:
    """Who reads each of the targets."""
    places, unknown = [], {}
    for place, target in enumerate(targets):
        try:
            places.append((place, *_numbers_of(target, opened.ask)))
        except ConnectorError as error:
            unknown[place] = str(error)
    (own,) = opened.ask(sql.SQL("SELECT current_user::text"))[0]
    accounts = frozenset(name for (name,) in opened.ask(sql.SQL("SELECT rolname::text FROM pg_roles")))
    named = dict(zip(("places", "tables", "columns"), zip(*places, strict=True), strict=True)) if places else {}
    rows = opened.ask(READERS.format(**{name: sql.Literal(list(one)) for name, one in named.items()})) if named else []
    return Rights([Reach(*row) for row in rows], unknown, accounts, own)


def table_of(target: Target, ask: Asked) -> tuple[str, str]:
    """Schema and name of the table that a target is in. Raises ConnectorError where there is none."""
    names = [target.path[:-1]] if target.kind == "column" else [(name,) for name in target.path]
    for name in names:
        quoted = sql.Identifier(*name).as_string(None)
        found = ask(
            sql.SQL(
                "SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.oid = to_regclass({})"
            ).format(sql.Literal(quoted))
        )
        if found:
            return found[0][0], found[0][1]
    raise ConnectorError(
        f"There is no table {'.'.join(names[-1])!r} that this role can see.",
        fix="Correct the table of the source, or let the role use its schema.",
    )


def _numbers_of(target: Target, ask: Asked) -> tuple[int, int]:
    """The table's number, and the column's; 0 for any column of a table that is read whole."""
    schema, table = table_of(target, ask)
    column = target.path[-1] if target.kind == "column" else None
    found = ask(
        sql.SQL(
            "SELECT c.oid::int8, coalesce(a.attnum, 0)::int4 "
            "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = {} AND a.attnum > 0 AND NOT a.attisdropped "
            "WHERE n.nspname = {} AND c.relname = {}"
        ).format(sql.Literal(column), sql.Literal(schema), sql.Literal(table))
    )
    if not found or column is not None and not found[0][1]:
        raise ConnectorError(f"There is no {target.said} that this role can see.", fix="Correct the view's source.")
    return found[0][0], found[0][1]
