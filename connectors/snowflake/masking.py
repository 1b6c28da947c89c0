"""Masking policies and roles of Snowflake, as a script for people to review and run. Nothing here connects."""

import re
from collections.abc import Mapping, Sequence

from connectors.records import ConnectorError
from connectors.rights import why_no_account

# Names that mean the same quoted and not, once they are in capitals. Others are refused, not guessed at.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,200}")


def masking(columns: Mapping[tuple[str, str], tuple[str, Sequence[str]]]) -> str:
    """By table and column: its type, and the roles that may see it. Everybody else is shown null."""
    return "\n\n".join(
        _column(table, column, kind, roles) for (table, column), (kind, roles) in sorted(columns.items())
    )


def _column(table: str, column: str, kind: str, roles: Sequence[str]) -> str:
    parts = [*table.split("."), column]
    if len(parts) > 4 or not all(NAME.fullmatch(part) for part in (*parts, kind)):
        raise ConnectorError(
            f"{table[:100]}.{column[:100]} is not named plainly enough for a script.", fix="Write its policy by hand."
        )
    if refused := [role for role in roles if why_no_account(role) or not NAME.fullmatch(role)]:
        raise ConnectorError(f"These are no roles of Snowflake: {', '.join(map(ascii, refused))}.")
    policy = _quoted(f"CHARTER_{'_'.join(parts)}"[:250])
    where, seen = (
        ".".join(map(_quoted, parts[:-1])),
        " OR ".join(f"IS_ROLE_IN_SESSION('{one.upper()}')" for one in roles),
    )
    lines = [
        f"CREATE MASKING POLICY IF NOT EXISTS {policy} AS (val {kind.upper()}) RETURNS {kind.upper()} -> NULL;",
        f"ALTER MASKING POLICY {policy} SET BODY -> CASE WHEN {seen or 'FALSE'} THEN val ELSE NULL END;",
        f"ALTER TABLE {where} MODIFY COLUMN {_quoted(column)} SET MASKING POLICY {policy} FORCE;",
        *(f"GRANT SELECT ON TABLE {where} TO ROLE {_quoted(role)};" for role in roles),
    ]
    return "\n".join(lines)


def _quoted(name: str) -> str:
    """In capitals, as Snowflake keeps what was written without quotes."""
    return f'"{name.upper()}"'
