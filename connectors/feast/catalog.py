"""Gathers what a registry holds into `Definitions`, object by object, whatever kind of registry it came from.

Order matters: entities before views (their join keys are not features), everything before `finish`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b

from google.protobuf.message import Message

from connectors.feast import registry_pb2 as pb
from connectors.feast.decoding import decode
from connectors.feast.fields import UNKNOWN
from connectors.feast.messages import entity_of, permission_of, project_of, saved_dataset_of, service_of
from connectors.feast.notes import Notes
from connectors.feast.sources import source_name, source_of, with_inner
from connectors.feast.views import (
    DUMMY_ENTITY,
    VIEW_TABLES,
    VIEW_TYPES,
    Identity,
    ViewMessage,
    embedded_sources,
    own_features,
    view_of,
)
from connectors.records import Definitions, FeatureRecord, ProjectRecord, SourceRecord, ViewRecord, ViewVersionRecord

# Part of every digest: raise it when the connector reads more than before, so that the next pull reads all again.
READING = b"1"
MAX_FEATURES = 50_000  # of one view
# Table of an SQL registry, which is also the field of a file registry.
MESSAGES: dict[str, type[Message]] = {
    "projects": pb.Project,
    "entities": pb.Entity,
    "data_sources": pb.DataSource,
    "feature_services": pb.FeatureService,
    "saved_datasets": pb.SavedDataset,
    "permissions": pb.Permission,
    **{table: message for table, (message, _) in VIEW_TABLES.items()},
}
NOUNS = {
    "projects": "Project",
    "entities": "Entity",
    "data_sources": "Data source",
    "feature_services": "Feature service",
    "saved_datasets": "Saved dataset",
    "permissions": "Permission",
    "feature_views": "Feature view",
    "stream_feature_views": "Stream feature view",
    "on_demand_feature_views": "On-demand feature view",
    "label_views": "Label view",
}


def place(table: str, project: str, name: str) -> str:
    """How a warning names an object."""
    return f'{NOUNS[table]} "{name}" of project "{project}"' if project else f'{NOUNS[table]} "{name}"'


def digest_of(*parts: bytes) -> bytes:
    """Of everything a view depends on; lengths are mixed in, so that parts cannot run into each other."""
    digest = blake2b(READING, digest_size=16)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.digest()


class Catalog:
    def __init__(self, known: Mapping[tuple[str, str], bytes]) -> None:
        self.notes = Notes()
        self.found = Definitions(change_token="")
        self._known = known
        self._seen: set[tuple[str, str, str]] = set()
        self._join_keys: dict[tuple[str, str], str] = {}
        self._projects: set[str] = set()
        self._embedded: dict[tuple[str, str], SourceRecord] = {}
        self._features: dict[tuple[str, str], tuple[FeatureRecord, ...]] = {}

    def add(self, table: str, message: Message, project: str, name: str) -> None:
        """Anything but a view."""
        if not self._is_first(table, project, name):
            return
        if isinstance(message, pb.Project):
            self.found.projects.append(project_of(message, name))
        elif isinstance(message, pb.Entity):
            self._add_entity(message, project, name)
        elif isinstance(message, pb.DataSource):
            self.found.sources.append(source_of(message, project))
            self._note_sources(with_inner(message), project)
        elif isinstance(message, pb.FeatureService):
            self.found.services.append(service_of(message, project, name))
        elif isinstance(message, pb.SavedDataset):
            self.found.saved_datasets.append(saved_dataset_of(message, project, name))
        elif isinstance(message, pb.Permission):
            self.found.permissions.append(permission_of(message, project, name))

    def needs_view(self, project: str, name: str, digest: bytes) -> bool:
        """Note that the view exists; True when it is new or changed and must be read."""
        if not name:
            self.notes.add(f'A feature view without a name in project "{project}" was skipped.')
            return False
        self._projects.add(project)
        self.found.view_names.add((project, name))
        return self._known.get((project, name)) != digest

    def add_view(self, table: str, message: ViewMessage, identity: Identity) -> None:
        where = place(table, identity.project, identity.name)
        if not self._is_first("views", identity.project, identity.name):
            return
        if len(message.spec.features) > MAX_FEATURES:
            self.notes.add(f"{where} has more than {MAX_FEATURES:,} features and was skipped.")
            return
        keys = {self._join_keys.get((identity.project, entity), "") for entity in message.spec.entities}
        view = view_of(message, VIEW_TABLES[table][1], replace(identity, join_keys=frozenset(keys)))
        view = self._checked(view, where)
        self._features[identity.project, identity.name] = view.features
        self.found.views.append(view)
        for source in embedded_sources(message.spec):
            self._note_sources(with_inner(source), identity.project)

    def add_version(self, version: ViewVersionRecord, view_type: str, data: object) -> None:
        """`version` without its features, which are decoded here from `data`."""
        where = f'Version {version.number} of feature view "{version.view}" of project "{version.project}"'
        kind = VIEW_TYPES.get(view_type)
        if kind is None:
            self.notes.add(f'{where} is of a kind newer than this version of Charter ("{view_type}").')
            return
        message = decode(kind, data, where, self.notes)
        if message is None or len(message.spec.features) > MAX_FEATURES:
            return
        features = own_features(message.spec)
        current = self._features.get((version.project, version.view), ())
        # Most versions are the current one: sharing its records halves the memory of a first read.
        self.found.view_versions.append(replace(version, features=current if features == current else features))

    def finish(self, change_token: str) -> Definitions:
        """Old registries list no projects: everything in them still belongs to one."""
        listed = {project.name for project in self.found.projects}
        self.found.projects.extend(ProjectRecord(name) for name in sorted(self._projects - listed - {""}))
        sources = {(source.project, source.name) for source in self.found.sources}
        self.found.sources.extend(source for key, source in self._embedded.items() if key not in sources)
        self.found.view_versions.sort(key=lambda version: (version.project, version.view, version.number))
        self.found.change_token = change_token
        self.found.warnings = self.notes.lines()
        return self.found

    def _is_first(self, table: str, project: str, name: str) -> bool:
        if not name:
            self.notes.add(f'{NOUNS.get(table, "View")} without a name in project "{project}" was skipped.')
            return False
        if (table, project, name) in self._seen:
            self.notes.add(f'{NOUNS.get(table, "View")} "{name}" is twice in project "{project}"; the first was taken.')
            return False
        self._seen.add((table, project, name))
        if table != "projects":
            self._projects.add(project)
        return True

    def _add_entity(self, message: pb.Entity, project: str, name: str) -> None:
        if name == DUMMY_ENTITY:  # Feast's placeholder for views without an entity
            return
        entity = entity_of(message, project, name)
        self._join_keys[project, name] = entity.join_keys[0]
        self.found.entities.append(entity)

    def _note_sources(self, messages: Iterable[pb.DataSource], project: str) -> None:
        """Sources inside other objects: they count only where the registry does not list them itself."""
        for message in messages:
            key = project, source_name(message)
            if key[1] and key not in self._embedded:
                self._embedded[key] = source_of(message, project)

    def _checked(self, view: ViewRecord, where: str) -> ViewRecord:
        """One feature for each name, and a note where types are missing."""
        untyped = [feature.name for feature in view.features if feature.dtype == UNKNOWN]
        if untyped:
            self.notes.add(f"{where}: no type that this version of Charter knows for {', '.join(untyped[:5])}.")
        features: dict[str, FeatureRecord] = {}
        for feature in view.features:
            if feature.name:
                features.setdefault(feature.name, feature)
        if len(features) == len(view.features):
            return view
        self.notes.add(f"{where} has features without a name or with the same name; the first of each name was taken.")
        return replace(view, features=tuple(features.values()))
