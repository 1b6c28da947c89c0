"""New views, entities and features, registered by the people who will answer for them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from registry.actions.action import Note, action, invalid, is_decided, lock
from registry.actions.features import check_tags
from registry.actions.versions import say_first
from registry.choices import BY_HAND, Manager, OwnershipModel, VersionState, ViewKind
from registry.models import Entity, Feature, FeatureView, Project, Tag, Team, User, Version
from registry.naming import Names
from registry.notifications import count_facets
from registry.personal import looks_personal

MOST_ENTITIES, MOST_KEYS = 10, 10


@action("registry.create_entity")
def create_entity(
    project: Project, note: Note, *, actor: User | None, name: str, join_keys: Sequence[str], description: str = "",
    owner: Team | None = None, reason: str = "",
) -> Entity:  # fmt: skip
    """What features describe, and the columns that name one of it."""
    keys = [key.strip() for key in join_keys if key.strip()]
    if fault := Names(project).refusal("entity", name, f"{project.name}.{name}"):
        raise invalid(name=fault)
    if not 0 < len(keys) <= MOST_KEYS or len(set(keys)) < len(keys):
        raise invalid(join_keys=f"1 to {MOST_KEYS} columns, each once, such as user_id.")
    try:
        with transaction.atomic():
            made = Entity.objects.create(
                project=project, name=name, join_keys=keys, description=description.strip(),
                owner=_answering(project, owner, actor),
            )  # fmt: skip
    except IntegrityError:
        raise invalid(name=f"{project.name} has an entity called {name} already.") from None
    note.subject = made
    note.change("join_keys", None, keys)
    return made


@action("registry.create_view")
def create_view(
    project: Project, note: Note, *, actor: User | None, name: str, description: str = "", owner: Team | None = None,
    entities: Sequence[str] = (), kind: str = ViewKind.BATCH, ttl: timedelta | None = None,
    schedule_every: timedelta | None = None, is_online: bool = False, reason: str = "",
) -> FeatureView:  # fmt: skip
    """A place for features that are computed together, before or without a store that defines it."""
    found = _entities(project, entities)
    if fault := Names(project).refusal("view", name, f"{project.name}.{name}"):
        raise invalid(name=fault)
    if kind not in BY_HAND:
        raise invalid(kind=f"Choose from {', '.join(BY_HAND)}.")
    for field, value in (("ttl", ttl), ("schedule_every", schedule_every)):
        if value is not None and value <= timedelta(0):
            raise invalid(**{field: "Longer than nothing, such as 1d."})
    try:
        with transaction.atomic():
            made = FeatureView.objects.create(
                project=project, name=name, key=f"{project.name}.{name}", description=description.strip(), kind=kind,
                owner=_answering(project, owner, actor), ttl=ttl, schedule_every=schedule_every, is_online=is_online,
            )  # fmt: skip
    except IntegrityError:
        raise invalid(name=f"{project.name} has a view called {name} already.") from None
    made.entities.set(found)
    note.subject = made
    note.change("entities", None, [entity.name for entity in found])
    return made


@action("registry.register_feature")
def register_feature(
    view: FeatureView, note: Note, *, actor: User | None, name: str, description: str = "",
    tags: Mapping[str, str] | None = None, terms: Mapping[str, Any] | None = None, about: str = "",
    managed_by: str = Manager.PAGE, reason: str = "",
) -> Feature:  # fmt: skip
    """A new feature, as a draft that its team alone sees until it is published. A draft may leave things open."""
    row: FeatureView = lock(view)
    refuse_of_store(row)
    if fault := Names(row.project).refusal("feature", name, f"{row.key}.{name}"):
        raise invalid(name=fault)
    check_tags(tags or {}, set())
    entities = list(row.entities.all())
    feature = feature_of(row, entities, name=name, description=description, tags=tags or {})
    _save_new(feature)
    for key, value in (tags or {}).items():
        Tag.objects.create(feature=feature, key=key, value=value, managed_by=Manager.PAGE)
    version = Version(feature=feature, number=1, created_by=actor, note=about.strip(), managed_by=managed_by,
                      entity_keys=[key for one in entities for key in one.join_keys])  # fmt: skip
    say_first(version, terms or {}, note)
    note.subject = feature
    count_facets(row.project_id)
    return feature


def feature_of(
    view: FeatureView, entities: Sequence[Entity], *, name: str, description: str, tags: Mapping[str, str]
) -> Feature:
    """A feature of this view that is not saved yet: a draft, with what search reads beside its name."""
    listed = [f"{key}={value}" if value else key for key, value in tags.items()]
    return Feature(
        project=view.project, view=view, name=name, key=f"{view.key}.{name}", description=description.strip(),
        owner=view.owner or view.project.owner, state=VersionState.DRAFT, entity_names=[one.name for one in entities],
        is_online=view.is_online, tags=listed, keywords=" ".join(tag.replace("=", " ", 1) for tag in listed),
        looks_personal=looks_personal(name, tags),
        context=" ".join([view.name, view.project.name, *(one.name for one in entities)]),
    )  # fmt: skip


def _save_new(feature: Feature) -> None:
    try:
        with transaction.atomic():
            feature.save()
    except IntegrityError:
        raise invalid(
            name=f"{feature.view.key} has a feature called {feature.name} already. Draft a new version of it."
        ) from None


def refuse_of_store(view: FeatureView) -> None:
    if view.connection is not None:
        raise invalid(
            view=f"{view.connection.name} defines this view. Add the feature there and pull, or choose another view."
        )


def _answering(project: Project, owner: Team | None, actor: User | None) -> Team | None:
    """The team that answers for what is made: where domains own their views, one of the maker's own."""
    if owner is None:
        return _usual(project, actor)
    is_own = actor is None or is_decided() or owner.pk in actor.team_ids or (project.owner_id in actor.team_ids)
    if not is_own:
        raise invalid(owner=f"You are not in {owner.name}. Choose a team of yours.")
    if project.ownership_model == OwnershipModel.CENTRAL and owner.pk != project.owner_id:
        raise invalid(owner=f"In {project.name} one team answers for everything: {project.owner}.")
    return owner


def _usual(project: Project, actor: User | None) -> Team | None:
    """Who answers when nobody is named: the project's team for its members, else the maker's only one."""
    if actor is None or project.owner_id in actor.team_ids:
        return project.owner
    if len(actor.team_ids) > 1:
        raise invalid(owner="Say which of your teams answers for it.")
    return Team.objects.of(actor).first()


def _entities(project: Project, names: Sequence[str]) -> list[Entity]:
    if len(names) > MOST_ENTITIES:
        raise invalid(entities=f"At most {MOST_ENTITIES}.")
    known = {entity.name: entity for entity in Entity.objects.filter(project=project, name__in=names)}
    if missing := [name for name in names if name not in known]:
        raise invalid(entities=f"{project.name} has no entity called {missing[0]}. Make it first, or choose another.")
    return [known[name] for name in dict.fromkeys(names)]
