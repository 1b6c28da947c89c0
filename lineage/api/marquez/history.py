"""`/events/lineage` and `/stats/{asset}`: what came in, and how much there is."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from orjson import Fragment
from rest_framework.request import Request

from common.parameters import Parameter
from common.problems import Forbidden, InvalidParameter
from lineage.api.marquez.endpoints import PAGING, MarquezEndpoint, described
from lineage.marquez.stats import DAY, WEEK, assets_told, events_told, spans_of
from lineage.models import Event
from lineage.openlineage.admitting import RUN
from lineage.rules import may_read_events
from registry.api.past import moment

_PERIOD = (
    Parameter("period", "The last 24 hours or the last 7 days.", choices=(DAY, WEEK), required=True),
    Parameter("timezone", "Whose days, as in Europe/Rome; UTC unless said."),
)


class RunEventListView(MarquezEndpoint):
    """Marquez: events of runs as they came, without their secrets. For administrators and auditors, because an event
    may hold anything."""

    parameters = {
        "GET": (
            Parameter("after", "Of this moment or later.", OpenApiTypes.DATETIME),
            Parameter("before", "Earlier than this moment.", OpenApiTypes.DATETIME),
            Parameter("sortDirection", "By time; the newest first unless said.", choices=("asc", "desc")),
            *PAGING,
        )
    }

    @described("events")
    def get(self, request: Request) -> HttpResponse:
        if not may_read_events(self.actor):
            raise Forbidden(
                "Events as they came are for administrators and auditors.",
                fix="Ask one of them, or read what the events add up to: the jobs, datasets and runs beside this.",
            )
        rows = self._between(request).values_list("body", flat=True)
        return self.answer_page("events", rows, lambda bodies: [Fragment(body) for body in bodies])

    def _between(self, request: Request) -> QuerySet[Event]:
        """Marquez's pages send empty moments too."""
        query, rows = request.query_params, Event.objects.filter(kind=RUN)
        if query.get("after"):
            rows = rows.filter(event_at__gte=moment(query["after"]))
        if query.get("before"):
            rows = rows.filter(event_at__lt=moment(query["before"]))
        return rows.order_by("event_at", "id") if query.get("sortDirection") == "asc" else rows


class EventStatsView(MarquezEndpoint):
    """Marquez: how many events of runs there were, by type and time."""

    parameters = {"GET": _PERIOD}

    @described("event_stats", is_list=True)
    def get(self, request: Request) -> HttpResponse:
        return self.answer(events_told(spans_of(request.query_params["period"], zone_of(request))))


class AssetStatsView(MarquezEndpoint):
    """How many there had been by each time."""

    parameters = {"GET": _PERIOD}
    asset = ""

    def told(self, request: Request) -> HttpResponse:
        spans = spans_of(request.query_params["period"], zone_of(request))
        return self.answer(assets_told(self.asset, spans, self.actor))


class JobStatsView(AssetStatsView):
    """Marquez: how many jobs that you see had been told of by each hour or day."""

    asset = "jobs"

    @described("job_stats", is_list=True)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class DatasetStatsView(AssetStatsView):
    """Marquez: how many datasets that you see had been told of by each hour or day."""

    asset = "datasets"

    @described("dataset_stats", is_list=True)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


class SourceStatsView(AssetStatsView):
    """Marquez: how many sources that you see had been told of by each hour or day."""

    asset = "sources"

    @described("source_stats", is_list=True)
    def get(self, request: Request) -> HttpResponse:
        return self.told(request)


def zone_of(request: Request) -> tzinfo:
    """The time zone that is asked for. Raises InvalidParameter."""
    name = request.query_params.get("timezone") or "UTC"
    try:
        return ZoneInfo(name.replace(" ", "+"))  # Marquez's pages send Etc/GMT+5 without escaping it
    except (KeyError, ValueError, OSError):
        detail = "Name a time zone, as in Europe/Rome."
        errors = [{"parameter": "timezone", "code": "invalid_timezone", "detail": detail}]
        raise InvalidParameter(detail, errors=errors) from None
