"""Names of tables as people and registries write them, taken apart as PostgreSQL would."""

import re

from connectors.records import ConnectorError

_PART = re.compile(r'"((?:[^"\x00]|"")+)"|([A-Za-z_\u0080-\uffff][\w$]*)')
MOST_PARTS = 2


def parts_of(table: str) -> tuple[str, ...]:
    """`Sales.Orders` is sales and orders, `"Odd name"` itself. Raises ConnectorError for what is no table's name."""
    found, at, text = [], 0, table.strip()
    while match := _PART.match(text, at):
        quoted, plain = match.groups()
        found.append(quoted.replace('""', '"') if quoted else plain.lower())
        at = match.end()
        if at == len(text) and len(found) <= MOST_PARTS:
            return tuple(found)
        if text[at : at + 1] != ".":
            break
        at += 1
    raise ConnectorError(
        f"{table[:100]!r} is not the name of a table as PostgreSQL writes it.", fix="Write schema.table in the source."
    )
