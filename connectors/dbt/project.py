"""A dbt project as its artifacts describe it: its nodes, what they are called, and what they depend on."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from connectors.openlineage.events import Name
from connectors.openlineage.names import server_namespace
from connectors.records import ConnectorError
from connectors.shapes import Json as Node
from connectors.shapes import items, members, part, text

TABLES = ("model.", "snapshot.", "seed.", "source.")
BUILT = ("model.", "snapshot.")  # what openlineage-dbt takes for jobs


@dataclass
class Project:
    """`jobs` is the namespace of jobs, `tables` that of datasets. Jobs of `dbt build` have longer names: `is_build`."""

    manifest: Node
    catalog: Node
    jobs: str
    tables: str
    is_build: bool = False

    def __post_init__(self) -> None:
        self._nodes = members(self.manifest, "nodes") | members(self.manifest, "sources")
        self._in_database = members(self.catalog, "nodes") | members(self.catalog, "sources")
        self.groups = {text(group, "name"): group for group in members(self.manifest, "groups").values()}
        self.exposures: dict[str, list[Node]] = defaultdict(list)
        for exposure in members(self.manifest, "exposures").values():
            for node_id in items(part(exposure, "depends_on"), "nodes"):
                self.exposures[str(node_id)].append(exposure)

    @cached_property
    def name(self) -> str:
        """Manifests name their project since dbt 1.6; before, the package of most nodes is it."""
        if named := text(part(self.manifest, "metadata"), "project_name"):
            return named
        packages = Counter(text(node, "package_name") for node in self._nodes.values())
        return packages.most_common(1)[0][0] if packages else "dbt"

    def tables_of_it(self) -> Iterator[tuple[str, Node]]:
        """Models, snapshots, seeds and sources, by their unique ids."""
        for unique_id, node in self._nodes.items():
            if unique_id.startswith(TABLES) and text(node, "name") and not _is_ephemeral(node):
                yield unique_id, node

    def node(self, unique_id: str) -> Node | None:
        return self._nodes.get(unique_id)

    def columns_in_database(self, unique_id: str) -> dict[str, Node]:
        return members(self._in_database.get(unique_id), "columns")

    def parents(self, unique_id: str) -> list[str]:
        """The tables that a node reads. An ephemeral model is no table: what it reads is read instead."""
        found: dict[str, None] = {}
        visited, waiting = {unique_id}, [unique_id]
        while waiting:
            for parent_id in self._depends_on(waiting.pop(0)):
                parent = self.node(parent_id) if parent_id.startswith(TABLES) else None
                if parent is None or parent_id in visited:
                    continue
                visited.add(parent_id)
                if _is_ephemeral(parent):
                    waiting.append(parent_id)
                else:
                    found[parent_id] = None
        return list(found)

    def dataset(self, node: Node) -> Name:
        """As openlineage-dbt names it: by a source's name, although its table may be called otherwise."""
        alias = "" if node.get("resource_type") == "source" else text(node, "alias")
        return self.tables, self._dotted(node, alias or text(node, "name"))

    def table(self, node: Node) -> Name:
        """As the database calls it."""
        if node.get("resource_type") != "source":
            return self.dataset(node)
        return self.tables, self._dotted(node, text(node, "identifier") or text(node, "name"))

    def job(self, unique_id: str, node: Node) -> Name:
        """As openlineage-dbt names it."""
        kind, _, rest = unique_id.partition(".")
        command = "build." if self.is_build else ""
        if kind == "snapshot":
            return self.jobs, f"{self._dotted(node, rest)}.{command}snapshot"
        return self.jobs, self._dotted(node, rest) + (".build.run" if self.is_build else "")

    def test_job(self, unique_id: str, node: Node) -> Name:
        """The job that runs all tests of a node, as openlineage-dbt names it."""
        name = self._dotted(node, unique_id.removeprefix("model."))
        return self.jobs, f"{name}{'.build' if self.is_build else ''}.test"

    def _depends_on(self, unique_id: str) -> list[str]:
        """By the map of parents, which all manifests have that are not cut down; else by the node itself."""
        parents = part(self.manifest, "parent_map")
        found = items(parents, unique_id) or items(part(self._nodes.get(unique_id), "depends_on"), "nodes")
        return [each for each in found if isinstance(each, str)]

    def _dotted(self, node: Node, table: str) -> str:
        return ".".join(each for each in (text(node, "database"), text(node, "schema"), table) if each)


def table_namespace(adapter: str, database_url: str) -> str:
    """The namespace of a project's tables. Host and account are in no artifact, so the address must say them."""
    if adapter == "bigquery":
        return "bigquery"
    if found := server_namespace(database_url):
        return found
    raise ConnectorError(
        f"The artifacts do not tell which {adapter or 'database'} the tables are in.",
        fix="Give the database's address, as in postgres://host:5432, snowflake://organization-account or "
        "duckdb://file.duckdb, written as dbt's profile has it.",
    )


def _is_ephemeral(node: Node) -> bool:
    return part(node, "config").get("materialized") == "ephemeral"
