"""Taking over what a store defines: projects, entities, sources, views, features, versions, consumers.

Set-based throughout: what is new is copied in, what was there before is merged by a few statements, and nothing is
saved one by one.
Safe to repeat, in chunks that each commit, so that a pull which dies goes on where it was.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from connectors.records import DefinitionReader, Definitions, ViewRecord
from registry import stores
from registry.actions.action import Note, history_context, record
from registry.actions.definitions import consumers, feature_views, features, projects, sources
from registry.actions.pulls import Progress, queue_pull
from registry.actions.words import refresh_facet_counts, refresh_words
from registry.choices import PullKind
from registry.models import Connection, FeatureView

CHUNK = 1_000  # views in one transaction
NAME = "registry.import_definitions"


def import_definitions(connection: Connection, progress: Progress) -> None:
    """The work of a definitions pull: nothing when the change token stands still, else only what changed."""
    reader = stores.definition_reader(connection)
    token = reader.change_token()
    if token == connection.change_token:
        progress.count("unchanged_views", connection.views.present().count())
        return
    with _collector_at_rest():
        _take_over(connection, reader, token, progress)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A million records, hardly a cycle among them: looking for one over and over is a fifth of the decoding."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _take_over(connection: Connection, reader: DefinitionReader, token: str, progress: Progress) -> None:
    found = reader.definitions(known=_known_digests(connection))
    for warning in found.warnings:
        progress.warn(warning)
    with history_context(None, NAME, progress.pull.reference):
        _merge(connection, found, progress)
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(change_token=token)
        record(None, NAME, connection, Note(changes={"counts": [None, progress.pull.counts]}))
        if found.views:
            queue_pull(connection, PullKind.MEASUREMENTS, None)  # nobody should wait for the clock to see new views


def _known_digests(connection: Connection) -> dict[tuple[str, str], bytes]:
    """Digests of the views we hold, by the store's own names. A view that is gone counts as unknown."""
    rows = FeatureView.objects.filter(connection=connection).present()
    return {
        (project, view): bytes(digest)
        for project, view, digest in rows.values_list("project__upstream_name", "name", "digest")
    }


def _merge(connection: Connection, found: Definitions, progress: Progress) -> None:
    with transaction.atomic():
        known = projects.merge(connection, found, progress)
        entities = sources.merge_entities(known, found, progress)
        tables = sources.merge_sources(known, found, progress)
        # Without a token until all is done: whoever goes on after a pull that died counts everything anew.
        Connection.objects.filter(pk=connection.pk).update(change_token="")
    changed = [view for view in found.views if view.project in known]
    history, models = features.earlier_versions(found), consumers.models_reading(found)
    progress.step(done=0, total=len(changed))
    done = 0
    # Projects with other features than before.
    touched = set() if connection.change_token else {project.pk for project in known.values()}
    for chunk in _chunks(changed):
        with transaction.atomic():
            _take_room()
            rows, new = feature_views.merge(connection, known, tables, entities, chunk, progress)
            if features.merge(connection, rows, new, entities, chunk, history, models, progress):
                touched |= {row.project_id for row in rows.values()}
        done += len(chunk)
        progress.step(done=done)
    with transaction.atomic():
        _take_room()
        feature_views.link_upstream(known, changed)
        if found.are_names_complete:  # what could not be read is not gone
            touched |= feature_views.mark_gone(connection, found.view_names, timezone.now(), progress)
            sources.mark_gone(known, found, progress)
        consumers.merge(connection, known, found, progress)
        refresh_words(touched)
        refresh_facet_counts(touched)


def _take_room() -> None:
    """Memory for this transaction's sorts and joins, and to bring many rows into the search index at once."""
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")


def _chunks(changed: list[ViewRecord]) -> list[list[ViewRecord]]:
    return [changed[start : start + CHUNK] for start in range(0, len(changed), CHUNK)]
