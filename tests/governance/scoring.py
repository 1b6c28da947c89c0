"""A project with a view that is made and measured, and its scorecard."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from connectors.records import Figure
from governance.scorecard.catalogue import BY_SLUG
from governance.scorecard.reading import Result, results_of
from governance.scorecard.scope import Scope
from monitoring.actions.serving import write_figures
from registry.actions.pulls import Progress
from registry.models import Connection, Pull
from tests.factories import ConnectionFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory
from tests.lineage.sent import tell

ADDRESSES = {
    "registry_url": "postgresql://db/feast", "offline_url": "postgresql://db/dwh", "online_url": "redis://cache:6379/0"
}  # fmt: skip


def came_to(check: str, **scope: Any) -> Result:
    """What the check comes to now; of everything, as the system sees it, unless a scope is given."""
    (result,) = results_of(Scope(scope.pop("actor", None), **scope), [BY_SLUG[check]])
    return result


def state(check: str, **scope: Any) -> str:
    return str(came_to(check, **scope).state)


def parts(check: str, **scope: Any) -> list[str]:
    """The states of its parts."""
    return [str(part.state) for part in came_to(check, **scope).parts]


def failing(check: str, part: int = 0, **scope: Any) -> list[str]:
    """The objects that fail a part."""
    rows = came_to(check, **scope).parts[part].rows
    return sorted(str(row) for row in rows) if rows is not None else []


def make_measured(cast: SimpleNamespace) -> SimpleNamespace:
    """`pay.stats` of payments: hourly, online, of a table with a time field, in a connected store."""
    store = ConnectionFactory(slug="store", settings=ADDRESSES)
    project = ProjectFactory(name="pay", owner=cast.payments, connection=store)
    table = SourceFactory(project=project, kind="postgres", location="clean.orders", timestamp_field="at")
    view = ViewFactory(
        project=project, name="stats", source=table, connection=store, is_online=True,
        schedule_every=timedelta(hours=1),
    )  # fmt: skip
    feature = FeatureFactory(view=view, name="amount", is_online=True)
    return SimpleNamespace(cast=cast, store=store, project=project, table=table, view=view, feature=feature)


def tell_figures(store: Connection, **figures: float) -> None:
    """The store, and the servers in front of it, say this of themselves."""
    progress = Progress(Pull.objects.create(connection=store, kind="measurements", state="succeeded"))
    write_figures(store, [Figure(name, value, "INFO") for name, value in figures.items()], progress, timezone.now())


def report(name: str, *, ended: str = "COMPLETE", ago: timedelta = timedelta(minutes=5)) -> None:
    """A job about the installation says that it has run."""
    at = (datetime.now(UTC) - ago).isoformat()
    job = {"namespace": "charter-checks", "name": name}
    tell(
        {"eventType": ended, "eventTime": at, "producer": "urn:test:cron", "run": {"runId": f"{name} {at}"}, "job": job}
    )
