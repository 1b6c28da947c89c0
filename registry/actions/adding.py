"""Many new features of one view at once, as files bring them: registered and published in a few statements."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from charter.files.documents import FeatureDocument, VersionDocument
from registry.actions.action import Note, action, entry_of, lock
from registry.actions.bulk import insert
from registry.actions.features import check_tags
from registry.actions.registering import feature_of, refuse_of_store
from registry.actions.versions import shown_of, standing_of
from registry.choices import Manager, VersionState
from registry.models import AuditEntry, Feature, FeatureView, Tag, Team, User, Version
from registry.notifications import count_facets, learn_words
from registry.plans.outcome import is_draft

# What a file says of a feature, and so holds.
HELD = ("description", "owner", "tags")


@action("registry.add_features")
def add_features(
    view: FeatureView, note: Note, *, actor: User, wanted: Sequence[FeatureDocument], reason: str = ""
) -> list[Feature]:
    """Register features with all their versions. What a file calls active is published at once, and what it calls
    deprecated is active until `deprecate_version` is told. The plan has checked names and contracts."""
    row: FeatureView = lock(view)
    refuse_of_store(row)
    features = list(_features(row, wanted))
    versions = [_version(made, one, actor) for made, said in zip(features, wanted, strict=True)
                for one in said.versions.values()]  # fmt: skip
    held: dict[str, list[Version]] = {}
    for version in versions:
        held.setdefault(version.feature.key, []).append(version)
    for feature in features:
        for name, value in shown_of(standing_of(held[feature.key])).items():
            setattr(feature, name, value)
    insert(features)
    for version in versions:
        version.feature_id = version.feature.pk
    insert(versions)
    insert([Tag(feature=made, key=key, value=value, managed_by=Manager.FILE)
            for made, said in zip(features, wanted, strict=True) for key, value in said.tags.items()])  # fmt: skip
    insert([_entry(actor, made, held[made.key]) for made in features])
    note.change("features", None, len(features))
    count_facets(row.project_id)
    learn_words(row.project_id)
    return features


def _features(view: FeatureView, wanted: Sequence[FeatureDocument]) -> Iterator[Feature]:
    entities = list(view.entities.all())
    owners = {team.slug: team for team in Team.objects.filter(slug__in={one.owner for one in wanted if one.owner})}
    for said in wanted:
        check_tags(said.tags, set())
        made = feature_of(view, entities, name=said.name, description=said.description, tags=said.tags)
        made.owner = owners[said.owner] if said.owner else made.owner
        made.managers = dict.fromkeys(HELD, Manager.FILE.value)
        yield made


def _version(feature: Feature, said: VersionDocument, actor: User) -> Version:
    draft = is_draft(said)
    return Version(
        feature=feature, number=said.number, created_by=actor, note=said.note, managed_by=Manager.FILE,
        state=VersionState.DRAFT if draft else VersionState.ACTIVE, activated_at=None if draft else timezone.now(),
        **said.terms,
    )  # fmt: skip


def _entry(actor: User, feature: Feature, versions: Sequence[Version]) -> AuditEntry:
    numbers: list[Any] = [None, [version.number for version in versions]]
    return entry_of(actor, "registry.register_feature", feature, Note(changes={"versions": numbers}))
