"""Rows for tests, with what is usual already filled in."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from registry.models import Connection, Consumer, Entity, Feature, FeatureView, Project, Source, Team, User, Version


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    slug = factory.Sequence(lambda n: f"team-{n}")
    name = factory.LazyAttribute(lambda team: team.slug.replace("-", " ").title())


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.org")


class ConnectionFactory(DjangoModelFactory[Connection]):
    class Meta:
        model = Connection

    slug = factory.Sequence(lambda n: f"store-{n}")
    name = factory.LazyAttribute(lambda connection: connection.slug)


class ProjectFactory(DjangoModelFactory[Project]):
    class Meta:
        model = Project

    name = factory.Sequence(lambda n: f"project{n}")
    owner = factory.SubFactory(TeamFactory)


class EntityFactory(DjangoModelFactory[Entity]):
    class Meta:
        model = Entity

    project = factory.SubFactory(ProjectFactory)
    name = "user"
    join_keys = ["user_id"]


class SourceFactory(DjangoModelFactory[Source]):
    class Meta:
        model = Source

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"source{n}")
    kind = "file"


class ViewFactory(DjangoModelFactory[FeatureView]):
    class Meta:
        model = FeatureView

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"view{n}")
    key = factory.LazyAttribute(lambda view: f"{view.project.name}.{view.name}")
    owner = factory.LazyAttribute(lambda view: view.project.owner)


class FeatureFactory(DjangoModelFactory[Feature]):
    """A feature with its first version, active."""

    class Meta:
        model = Feature
        skip_postgeneration_save = True

    view = factory.SubFactory(ViewFactory)
    project = factory.LazyAttribute(lambda feature: feature.view.project)
    owner = factory.LazyAttribute(lambda feature: feature.view.owner)
    name = factory.Sequence(lambda n: f"feature{n}")
    key = factory.LazyAttribute(lambda feature: f"{feature.view.key}.{feature.name}")
    description = "Mean amount of settled card transactions over seven days."
    dtype = "float64"

    @factory.post_generation
    def version(feature: Feature, create: bool, extracted: Any, **kwargs: Any) -> None:  # noqa: N805  factory-boy's shape
        if create:
            Version.objects.create(
                feature=feature, number=feature.number, dtype=feature.dtype, state=feature.state, **kwargs
            )


class ConsumerFactory(DjangoModelFactory[Consumer]):
    class Meta:
        model = Consumer

    kind = "model"
    name = factory.Sequence(lambda n: f"model-{n}")
