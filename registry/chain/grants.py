"""SQL that separates who owns the database from who serves: the role of web and workers adds to the log and no more.

Triggers refuse changes of the log to everybody, and their owner can switch them off. So the role that serves owns
nothing: PostgreSQL itself then refuses, whatever triggers are there.
"""

import re

import pghistory.models
import pgtrigger
from django.apps import apps
from django.db.models import Model

from common.statements import fetch
from registry.models import Anchor, AuditEntry, Seal, Verification

CHAIN: tuple[type[Model], ...] = (AuditEntry, Seal, Anchor, Verification)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_MAY_CHANGE = """
SELECT current_user, bool_or(pg_has_role(current_user, relowner, 'MEMBER')
                             OR has_table_privilege(current_user, oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER'))
FROM pg_class WHERE oid = ANY(ARRAY(SELECT to_regclass(name) FROM unnest(%s::text[]) AS name))
"""
_SQL = """\
-- Run as a superuser, in Charter's database: after the first migrate, and after each later one. Safe to repeat.
BEGIN;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{owner}') THEN CREATE ROLE {owner} LOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{app}') THEN CREATE ROLE {app} LOGIN; END IF;
END $$;
ALTER ROLE {app} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
-- What another role has made so far, and the database itself, go to the owner.
DO $$ DECLARE change text; BEGIN
    FOR change IN
        SELECT format('ALTER %s %s OWNER TO {owner}', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW'
                      WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END, oid::regclass)
        FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                            AND deptype IN ('a', 'i', 'e') AND relkind <> 'r' AND relkind <> 'p')
        UNION ALL SELECT format('ALTER ROUTINE %s OWNER TO {owner}', oid::regprocedure)
        FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid
                            AND deptype = 'e')
    LOOP
        EXECUTE change;
    END LOOP;
    EXECUTE format('ALTER DATABASE %I OWNER TO {owner}', current_database());
    EXECUTE format('ALTER SCHEMA %I OWNER TO {owner}', current_schema());
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, {app}', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO {app}', current_schema());
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM PUBLIC, {app}', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO {app}', current_database());
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM {app}', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {app}', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO {app}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA %I '
                   'GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA %I '
                   'GRANT USAGE, SELECT ON SEQUENCES TO {app}', current_schema());
END $$;
REVOKE {owner} FROM {app};
-- The audit log, its seals and the history of rows are only added to, decisions are kept; migrations are the owner's.
{revoked}
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app};
GRANT EXECUTE ON FUNCTION charter_make_partition(text, text, date), charter_drop_partition(text, text) TO {app};
COMMIT;
-- Then give both a password (\\password {owner}), run migrate as {owner} and everything else as {app}.
"""


class NoName(ValueError):
    """Not the name of a role as we write them."""


def roles_sql(owner: str, app: str) -> str:
    """What to run as a superuser. Names are small letters, digits and underscores; raises NoName otherwise."""
    for name in (owner, app):
        if not _NAME.fullmatch(name):
            raise NoName(f"{name!r} is no name of a role here: small letters, digits and underscores.")
    if owner == app:
        raise NoName("Owner and application are two roles.")
    tables = "\n".join(f"REVOKE {what} ON {table} FROM {app};" for table, what in sorted(kept().items()))
    return _SQL.format(owner=owner, app=app, revoked=tables)


def kept() -> dict[str, str]:
    """By table, what nobody but its owner may ever do to rows: whatever a trigger refuses always, and history."""
    found = {model._meta.db_table: _refused(model) for model in apps.get_models()}
    return {table: what for table, what in found.items() if what}


def _refused(model: type[Model]) -> str:
    if issubclass(model, pghistory.models.Event):
        return "UPDATE, DELETE"
    always = [one for one in getattr(model._meta, "triggers", ()) if isinstance(one, pgtrigger.Protect)]
    operations = " OR ".join(str(one.operation) for one in always if one.condition is None)
    return ", ".join(name for name in ("UPDATE", "DELETE") if name in operations.upper())


def may_change_log() -> tuple[str, bool]:
    """Our role, and whether PostgreSQL would let it change the log or switch its triggers off."""
    ((role, may),) = fetch(_MAY_CHANGE, [[one._meta.db_table for one in CHAIN]])
    return str(role), bool(may)
