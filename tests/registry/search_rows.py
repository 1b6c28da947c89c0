"""Features to find, made in one line, with the vocabulary and counts that pulls would have kept."""

from importlib import import_module
from typing import Any

from django.apps import apps

from registry.actions.words import refresh_facet_counts, refresh_words
from registry.models import Feature, FeatureView, Project, Synonym, Team
from registry.search import SearchPage
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory


def view_of(
    project: str = "payments", name: str = "user_txn_stats", *, owner: Team | None = None, **facts: Any
) -> FeatureView:
    """The view, made once; `visibility` goes to its project."""
    visibility = facts.pop("visibility", "listed")
    found = Project.objects.filter(name=project).first()
    parent = found or ProjectFactory(name=project, owner=owner, visibility=visibility)
    return FeatureView.objects.filter(project=parent, name=name).first() or ViewFactory(
        project=parent, name=name, owner=owner, **facts
    )


def feature(
    name: str, *, view: FeatureView | None = None, version: dict[str, Any] | None = None, **facts: Any
) -> Feature:
    """A feature, described only where `description` says so; `version` are facts of its contract."""
    view = view or view_of()
    facts = {"description": "", "context": f"{view.name} {view.project.name}", "owner": view.owner} | facts
    contract = {f"version__{key}": value for key, value in (version or {}).items()}
    return FeatureFactory(view=view, name=name, **facts, **contract)


def count_up() -> None:
    """What every pull does at its end."""
    projects = list(Project.objects.values_list("pk", flat=True))
    refresh_words(projects)
    refresh_facet_counts(projects)


def learn_synonyms() -> None:
    """Those that migrations bring: a test that commits takes them away from a database that is used again."""
    if not Synonym.objects.exists():
        import_module("registry.migrations.0002_first_synonyms").add(apps, None)


def names(page: SearchPage) -> list[str]:
    return [hit.name for hit in page.hits]
