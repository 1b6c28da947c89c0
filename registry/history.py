"""The history of rows: what a row was before each change, kept by database triggers.

Only changes and removals are written, with the row as it was. What a row was at a moment is then the
oldest kept state after it, or the row itself. A first import of 100,000 features writes no history at all.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import pghistory
import pghistory.models
from django.db import models
from django.http import HttpRequest, HttpResponse

Model = TypeVar("Model", bound=type[models.Model])


class KeptRow(pghistory.models.Event):
    """A row as it was before a change. Its own number is big: history outlives everything else."""

    pgh_id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


def kept_history(*, exclude: Iterable[str] = ()) -> Callable[[Model], Model]:
    """Class decorator: keep the old row at every update of a field not in `exclude`, and at every delete."""
    return pghistory.track(
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        base_model=KeptRow,
        exclude=list(exclude),
    )


def as_of(row: Any, moment: datetime) -> dict[str, Any] | None:
    """Fields of a row of any model with `kept_history`, as they were at `moment`; None when it did not exist yet."""
    if moment < row.created_at:
        return None
    event = row.kept_rows.filter(pgh_created_at__gt=moment).order_by("pgh_id").first()
    source = event or row
    names = [field.attname for field in event_fields(row)]
    return {name: getattr(source, name) for name in names}


def event_fields(row: Any) -> list[models.Field]:
    """The fields of `row` that its history keeps."""
    kept = {field.name for field in row.kept_rows.model._meta.fields}
    return [field for field in row._meta.concrete_fields if field.name in kept]


class HistoryMiddleware:
    """Names the person and the request on every history row that a page or an endpoint causes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(request_id=request.META.get("REQUEST_ID", ""), url=request.path):
            return self.get_response(request)
