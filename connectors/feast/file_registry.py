"""A Feast registry kept as one file, `registry.db`, on disk or in S3."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from connectors.feast import registry_pb2 as pb
from connectors.feast import wire
from connectors.feast.catalog import MESSAGES, READING, Catalog, digest_of, place
from connectors.feast.decoding import decode
from connectors.feast.fields import moment
from connectors.feast.file_locations import locate
from connectors.feast.sources import source_name
from connectors.feast.views import VIEW_TABLES, Identity
from connectors.records import ConnectorError, Definitions, Right, ViewVersionRecord
from connectors.redaction import storable

SCHEMA_VERSION = "1"
SQLITE_MAGIC = b"SQLite format 3\0"
FIELDS = {declared.number: declared.name for declared in pb.Registry.DESCRIPTOR.fields}
NOT_READ = {2, 9, 10, 13, 15}  # reserved in registry.proto
Version = tuple[ViewVersionRecord, str, bytes]  # without features; the kind of view; the view as it was, still bytes
OBJECTS_IN_ORDER = ("projects", "entities", "data_sources", "feature_services", "saved_datasets", "permissions")


@dataclass(slots=True)
class Contents:
    """A registry file taken apart: `objects` are still bytes, under the name of their field."""

    schema_version: str = ""
    token: str = ""
    objects: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    newer_fields: set[int] = field(default_factory=set)

    @property
    def only_project(self) -> str:
        """For objects that do not say where they belong: the registry's project, if it has just one."""
        listed = self.objects["projects"]
        return storable(wire.text(listed[0], 1, 1)) if len(listed) == 1 else ""


class FileRegistry:
    """Fulfils `DefinitionReader`. `projects` limits what is read; () reads all of them."""

    def __init__(self, address: str, *, projects: Sequence[str] = ()) -> None:
        self._location = locate(address)
        self._projects = frozenset(projects)

    def test(self) -> list[Right]:
        try:
            found = self.definitions(known={})
        except ConnectorError as error:
            return [Right("Read the file", ok=False, detail=str(error), fix=error.fix)]
        return [
            Right("Read the file", ok=True, detail=self._location.shown),
            Right("List projects", ok=True, detail=f"{len(found.projects):,} found"),
            Right("List feature views", ok=True, detail=f"{len(found.view_names):,} found"),
            Right("Read version history", ok=True, detail=f"{len(found.view_versions):,} found")
            if found.view_versions
            else Right("Read version history", ok=False, detail="This registry keeps none. All else works."),
        ]

    def change_token(self) -> str:
        return self._location.read(split).token

    def definitions(self, *, known: Mapping[tuple[str, str], bytes]) -> Definitions:
        """Everything but views whose digest is in `known`. Raises ConnectorError."""
        contents = self._location.read(split)
        catalog = Catalog(known)
        for table in OBJECTS_IN_ORDER:
            self._read_objects(contents, table, catalog)
        versions = self._versions(contents, catalog)
        changed: set[tuple[str, str]] = set()
        for table in VIEW_TABLES:
            changed.update(self._read_views(contents, table, versions, catalog))
        for view in changed:
            for version, view_type, data in versions.get(view, ()):
                catalog.add_version(version, view_type, data)
        if contents.schema_version != SCHEMA_VERSION:
            catalog.notes.add(f"The registry's format is {contents.schema_version}, newer than {SCHEMA_VERSION}.")
        for number in sorted(contents.newer_fields):
            catalog.notes.unknown_field(f"Registry field {number}", "the registry itself")
        return catalog.finish(contents.token)

    def _wants(self, project: str) -> bool:
        return not self._projects or project in self._projects

    def _read_objects(self, contents: Contents, table: str, catalog: Catalog) -> None:
        home = contents.only_project
        for data in contents.objects[table]:
            project, name = _salvaged(data, table)
            message = decode(MESSAGES[table], data, place(table, project, name), catalog.notes)
            if message is None:
                continue
            project, name = _identity(message)
            project = project or home
            if self._wants(project):
                catalog.add(table, message, project, name)

    def _read_views(
        self, contents: Contents, table: str, versions: Mapping[tuple[str, str], list[Version]], catalog: Catalog
    ) -> Iterator[tuple[str, str]]:
        """Yields the (project, view) of what is new or changed."""
        home = contents.only_project
        for data in contents.objects[table]:
            project, name = _salvaged(data, table)
            message = decode(VIEW_TABLES[table][0], data, place(table, project, name), catalog.notes)
            if message is None:
                self._keep_damaged(project or home, name, catalog)
                continue
            project, name = message.spec.project or home, message.spec.name
            if not self._wants(project):
                continue
            history = [version.number for version, _, _ in versions.get((project, name), ())]
            # Feast writes maps in any order, and all views anew each time: digest what was read, in a fixed order.
            digest = digest_of(f"{table}/{history}".encode(), message.SerializeToString(deterministic=True))
            if catalog.needs_view(project, name, digest):
                newest = max(history, default=None)
                catalog.add_view(table, message, Identity(project, name, digest, newest))
                yield project, name

    def _keep_damaged(self, project: str, name: str, catalog: Catalog) -> None:
        """A view that cannot be read still exists, if only its name can be made out."""
        if name and project and self._wants(project):
            catalog.needs_view(project, name, b"")
        else:
            catalog.found.are_names_complete = False

    def _versions(self, contents: Contents, catalog: Catalog) -> dict[tuple[str, str], list[Version]]:
        """The version history by (project, view)."""
        home = contents.only_project
        found: dict[tuple[str, str], list[Version]] = defaultdict(list)
        for data in _entries(contents.objects["feature_view_version_history"], catalog):
            record = decode(pb.VersionRecord, data, "An entry of the version history", catalog.notes)
            if record is not None and self._wants(record.project_id or home):
                version = ViewVersionRecord(
                    project=record.project_id or home,
                    view=record.feature_view_name,
                    number=record.version_number,
                    features=(),
                    created_at=moment(record.created_timestamp),
                    description=record.description,
                )
                entry = (version, record.feature_view_type, record.feature_view_proto)
                found[version.project, version.view].append(entry)
        return found


def split(data: bytes) -> Contents:
    """Raises ValueError for what is cut off or no registry; ConnectorError where waiting will not help."""
    if data.startswith(SQLITE_MAGIC):
        raise ConnectorError(
            "This is a SQLite database, not a file registry.",
            fix="If it is a SQL registry, put sqlite:/// in front of the absolute path.",
        )
    contents = Contents()
    for number, value in wire.fields(data):
        name = FIELDS.get(number)
        if name is None:
            contents.newer_fields |= {number} - NOT_READ
        elif value is None:
            raise ValueError(f"{name} is a number")
        elif name == "registry_schema_version":
            contents.schema_version = value.decode()
        elif name == "version_id":
            contents.token = value.decode()
        else:
            contents.objects[name].append(value)
    if not contents.schema_version:
        raise ValueError("it says no format version")
    contents.token = blake2b(READING + (contents.token.encode() or data), digest_size=16).hexdigest()
    return contents


def _identity(message: Any) -> tuple[str, str]:
    """(project, name) of anything but a view."""
    if isinstance(message, pb.DataSource):
        return message.project, source_name(message)
    if isinstance(message, pb.Project):
        return message.spec.name, message.spec.name
    return message.spec.project, message.spec.name


def _salvaged(data: bytes, table: str) -> tuple[str, str]:
    """(project, name) of what may turn out to be unreadable."""
    paths = ((21,), (20,)) if table == "data_sources" else ((1, 9 if table == "entities" else 2), (1, 1))
    project, name = (storable(wire.text(data, *path)) for path in paths)
    return project, name


def _entries(histories: Sequence[bytes], catalog: Catalog) -> Iterator[bytes]:
    for data in histories:
        try:
            yield from (value for number, value in wire.fields(data) if number == 1 and value is not None)
        except ValueError as error:
            catalog.notes.add(f"The version history is damaged and was read only in part: {error}.")
