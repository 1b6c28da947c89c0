"""Keeping what stores and the servers in front of them say of themselves, and what their owners promise of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection as database
from django.db.models import Sum

from connectors.records import ConnectorError, Figure, Figures, FigureTeller, ViewReader
from monitoring.models import Origin, ServingLimits, StoreFigure, ViewMeasurement
from monitoring.serving import FIGURES, promises
from registry import stores
from registry.actions.action import Note, action, lock
from registry.actions.bulk import copy_rows
from registry.actions.pulls import Progress
from registry.models import Connection, FeatureView, User

METRICS = "figures of serving"
SHOWN = 5  # names in one warning
LIMITS = ("latency_p99", "error_rate", "hit_rate", "served_bytes")
MOST_BYTES = 2**60
_COLUMNS = ("measured_at", "connection_id", "view_id", "name", "value", "query", "pull_id")


def measure_serving(connection: Connection, online: ViewReader | None, progress: Progress, now: datetime) -> None:
    """Ask whoever tells figures, and keep them all under one moment."""
    told = [*_of_metrics(connection, progress)]
    if isinstance(online, FigureTeller):
        told.append(_asked(online, progress, connection.slug))
    told.append(Figures(tuple(_of_views(progress))))
    figures = [figure for one in told for figure in one.figures if figure.name in FIGURES]
    for problem in (problem for one in told for problem in one.problems):
        progress.warn(problem)
    if figures:
        write_figures(connection, figures, progress, now)


def _of_metrics(connection: Connection, progress: Progress) -> Iterator[Figures]:
    try:
        reader = stores.metrics_reader(connection)
    except ConnectorError as error:
        progress.fail(f"{connection.slug} {METRICS}", str(error), error.fix, store=METRICS)
        return
    if reader is not None:
        yield _asked(reader, progress, f"{connection.slug} {METRICS}", store=METRICS)


def _of_views(progress: Progress) -> Iterator[Figure]:
    """What was just measured of each view, together; nothing where no store tells it of any."""
    rows = ViewMeasurement.objects.filter(pull=progress.pull, measured_at__gte=progress.pull.created_at)
    taken = rows.filter(origin=Origin.SERVED).aggregate(bytes=Sum("stored_bytes"))["bytes"]
    if taken is not None:
        yield Figure("served_bytes", float(taken), "The sum of what was just measured of each view")


def _asked(teller: FigureTeller, progress: Progress, thing: str, **about: str) -> Figures:
    try:
        return teller.figures()
    except ConnectorError as error:
        progress.fail(thing, str(error), error.fix, **about)
        return Figures()


def write_figures(connection: Connection, figures: Iterable[Figure], progress: Progress, now: datetime) -> None:
    """Those of views go to the one view of that name; where there is none or two, to none, and the pull says so."""
    views = _views(connection)
    kept: dict[tuple[int | None, str], Figure] = {}  # one of a kind, however often it is told
    nowhere: dict[str, int] = {}
    for figure in figures:
        numbers = _numbers(figure, views) if figure.view else [None]
        if len(numbers) != 1:
            nowhere[figure.view] = len(numbers)
            continue
        kept.setdefault((numbers[0], figure.name), figure)
    rows = [
        (now, connection.pk, view, name, figure.value, figure.query, progress.pull.pk)
        for (view, name), figure in kept.items()
    ]
    with database.cursor() as cursor:
        copy_rows(cursor, StoreFigure, _COLUMNS, rows)
    progress.count("figures", len(rows))
    _report(nowhere, progress)


def _numbers(figure: Figure, views: Mapping[str, Mapping[str, int]]) -> list[int]:
    found = views.get(figure.view, {})
    return [pk for project, pk in found.items() if figure.project in ("", project)]


def _report(nowhere: Mapping[str, int], progress: Progress) -> None:
    for is_known, said in (
        (False, "which are no views of this store"),
        (True, "which several projects have: give the servers of each a label `project` where Prometheus scrapes them"),
    ):
        names = sorted(name for name, number in nowhere.items() if bool(number) == is_known)
        if names:
            more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
            progress.warn(f"Figures of {', '.join(names[:SHOWN])}{more}, {said}.")


def _views(connection: Connection) -> dict[str, dict[str, int]]:
    """By name, then by its project's name upstream."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = FeatureView.objects.present().filter(connection=connection)
    for pk, name, project, upstream in rows.values_list("pk", "name", "project__name", "project__upstream_name"):
        found[name][upstream or project] = pk
    return found


@action("monitoring.limit_serving")
def limit_serving(
    connection: Connection, note: Note, *, actor: User, latency_p99: float | None = None,
    error_rate: float | None = None, hit_rate: float | None = None, served_bytes: int | None = None, reason: str = "",
) -> Connection:  # fmt: skip
    """Promise how fast (seconds) and how surely (shares) the store's features are served, and what they take at most.
    None promises nothing."""
    row: Connection = lock(connection)
    limits = promises(row)
    for name, value in zip(LIMITS, (latency_p99, error_rate, hit_rate, served_bytes), strict=True):
        note.change(name, getattr(limits, name), value)
        setattr(limits, name, value)
    _check(limits)
    limits.save()
    return row


def _check(limits: ServingLimits) -> None:
    wrong = {}
    if limits.latency_p99 is not None and not 0 < limits.latency_p99 <= 3600:
        wrong["latency_p99"] = ["Choose more than 0 s and at most an hour."]
    for name in ("error_rate", "hit_rate"):
        value = getattr(limits, name)
        if value is not None and not 0 <= value <= 1:
            wrong[name] = ["Choose a share from 0 to 1."]
    if limits.served_bytes is not None and not 0 < limits.served_bytes <= MOST_BYTES:
        wrong["served_bytes"] = ["Choose more than 0 bytes."]
    if wrong:
        raise ValidationError(wrong)
