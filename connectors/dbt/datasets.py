"""What dbt knows of a table, as facets of a dataset."""

import json
from collections.abc import Iterator
from typing import Any

from connectors.dbt.project import Node, Project
from connectors.openlineage import facets
from connectors.openlineage.facets import Facets
from connectors.redaction import SECRET_NAME, without_secrets
from connectors.shapes import members, part, text

LONGEST_TAG = 500


def dataset_facets(project: Project, unique_id: str, node: Node) -> Facets:
    """Words, columns, tags, owner and users of a table."""
    said = {
        **facets.data_source(project.tables),
        **facets.documentation(text(node, "description"), of="Dataset"),
        **facets.schema(_columns(node, project.columns_in_database(unique_id))),
        **facets.tags(list(_tags(node)), of="Dataset"),
        **facets.ownership(owners(project, node), of="Dataset"),
        **facets.dbt_exposures([_exposure(each) for each in project.exposures.get(unique_id, [])]),
    }
    if (table := project.table(node)) != project.dataset(node):
        said |= facets.symlink(*table)
    return said


def together(first: Facets, second: Facets) -> Facets:
    """What two nodes say of one table: the columns and tags of both; of all else what the first says, if it does."""
    both = {**second, **first}
    if "schema" in first and "schema" in second:
        both |= facets.schema(_columns_of_both(first["schema"]["fields"], second["schema"]["fields"]))
    if "tags" in first and "tags" in second:
        told = first["tags"]["tags"]
        both |= facets.tags(told + [tag for tag in second["tags"]["tags"] if tag not in told], of="Dataset")
    return both


def _columns_of_both(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> list[dict[str, Any]]:
    more = {column["name"]: column for column in second}
    found = [{**more.pop(column["name"], {}), **column} for column in first]
    return found + list(more.values())


def owners(project: Project, node: Node) -> list[str]:
    """`meta.owner`, else the owner of the node's group, else the group."""
    if written := _meta(node).get("owner"):
        return [str(each) for each in (written if isinstance(written, list) else [written])]
    group = text(node, "group") or text(part(node, "config"), "group")
    return [text(part(project.groups.get(group), "owner"), "name") or group] if group else []


def _columns(node: Node, in_database: dict[str, Node]) -> list[dict[str, Any]]:
    """All columns of the database in its order, then those that only the project names. Case does not distinguish:
    Snowflake writes names in capitals that a project writes small."""
    written = {name.lower(): (name, column) for name, column in members(node, "columns").items()}
    found = []
    for name, column in sorted(in_database.items(), key=lambda item: _position(item[1]) or 0):
        _, words = written.pop(name.lower(), ("", {}))
        found.append(_column(text(column, "name") or name, words, column))
    return found + [_column(name, column, {}) for name, column in written.values()]


def _column(name: str, written: Node, in_database: Node) -> dict[str, Any]:
    return {
        "name": name,
        "type": text(in_database, "type") or text(written, "data_type") or None,
        "description": text(written, "description")[: facets.LONGEST_TEXT] or None,
        "ordinal_position": _position(in_database),
    }


def _position(column: Node) -> int | None:
    index = column.get("index")
    return index if isinstance(index, int) else None


def _tags(node: Node) -> Iterator[dict[str, str]]:
    """Tags and meta of the table and of each column, with the sources that openlineage-dbt names."""
    yield from _written(node, "")
    for name, column in members(node, "columns").items():
        yield from _written(column, text(column, "name") or name)


def _written(node: Node, column: str) -> Iterator[dict[str, str]]:
    tags = [*_list(part(node, "config").get("tags")), *_list(node.get("tags"))]
    for tag in dict.fromkeys(map(str, tags)):
        yield facets.tag(tag, "true", "DBT", column)
    for key, value in _meta(node).items():
        if not SECRET_NAME.search(key):
            yield facets.tag(key, _value(value), "DBT_META", column)


def _meta(node: Node) -> dict[str, Any]:
    """Newer dbt writes `meta` below `config`, older beside it, some both."""
    return {**part(part(node, "config"), "meta"), **part(node, "meta")}


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found] if found else []


def _value(value: Any) -> str:
    written = value if isinstance(value, str) else json.dumps(value)
    return without_secrets(written)[:LONGEST_TAG]


def _exposure(exposure: Node) -> dict[str, Any]:
    said = {name: without_secrets(text(exposure, name)) for name in ("unique_id", "name", "type", "url")}
    return {name: words for name, words in said.items() if words}
