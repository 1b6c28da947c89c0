"""Tools that do not push are asked: what they know comes in by the door of what is pushed, models as readers."""

from collections.abc import Iterable
from typing import Any

from connectors.records import LineageFound
from lineage.actions.receiving import keep_events
from lineage.models import Reading
from lineage.openlineage.admitting import Admitted, Unfit, admit
from registry import stores
from registry.actions.models import end_models, take_models
from registry.actions.pulls import Progress
from registry.models import Connection

MOST_NAMED = 10


def pull_lineage(connection: Connection, progress: Progress) -> None:
    """The work of a lineage pull: page by page, each kept before the cursor moves behind it."""
    address = str(connection.settings.get(stores.needed(connection.kind), ""))
    reading, _ = Reading.objects.get_or_create(connection=connection, defaults={"address": address})
    if reading.address != address:
        reading.address, reading.cursor = address, {}
    done = 0
    for page in stores.lineage_reader(connection).read_lineage(since=reading.cursor):
        _take(connection, page, progress)
        reading.cursor = page.cursor
        reading.save()
        done += len(page.events) + len(page.models)
        progress.step(done=done)


def _take(connection: Connection, page: LineageFound, progress: Progress) -> None:
    receipt = keep_events(list(_admitted(page.events, progress)), sender=connection.slug)
    for name, number in (("new_events", receipt.kept), ("known_events", receipt.duplicates)):
        if number:
            progress.count(name, number)
    for warning in [*page.warnings, *take_models(connection, page.models)]:
        progress.warn(warning)
    if page.models:
        progress.count("models", len(page.models))
    if page.model_names is not None and (ended := end_models(connection, page.model_names)):
        progress.count("models_ended", len(ended))
        progress.warn(f"No longer there, so they have ended: {', '.join(ended[:MOST_NAMED])}{_more(ended)}.")


def _admitted(events: Iterable[dict[str, Any]], progress: Progress) -> Iterable[Admitted]:
    for event in events:
        try:
            yield admit(event)
        except Unfit as why:
            progress.warn(f"An event could not be read: {why}")


def _more(ended: list[str]) -> str:
    return f" and {len(ended) - MOST_NAMED} more" if len(ended) > MOST_NAMED else ""
