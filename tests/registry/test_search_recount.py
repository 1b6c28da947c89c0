"""Counts of facets follow what people change, by a task of their own."""

from types import SimpleNamespace
from typing import Any

from celery import current_app

from registry.actions.features import tag_feature
from registry.actions.owners import assign_owner
from registry.search import search
from registry.tasks import count_facets
from tests.registry.search_rows import count_up, feature, view_of


def counts(cast: SimpleNamespace, name: str) -> dict[str, int]:
    facets = search(cast.viewer, "", with_facets=True).facets
    return {option.value: option.count for facet in facets if facet.name == name for option in facet.options}


def test_a_new_owner_and_a_new_tag_are_counted(cast: SimpleNamespace, django_capture_on_commit_callbacks: Any) -> None:
    one = feature("amount", view=view_of(owner=cast.payments))
    count_up()
    with django_capture_on_commit_callbacks() as queued:
        tag_feature(one, actor=cast.owner_a, tags={"tier": "1"})
        assign_owner(one.view, actor=cast.owner_a, team=cast.risk)
    assert len(queued) == 2
    count_facets(one.project_id)
    assert counts(cast, "owner") == {"risk": 1}
    assert counts(cast, "tag") == {"tier=1": 1}


def test_the_worker_knows_the_task() -> None:
    assert "registry.tasks.count_facets" in current_app.tasks
