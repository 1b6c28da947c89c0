"""Last days and brownouts of deprecations, as calendars read them (RFC 5545)."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from icalendar import Calendar, Event

from governance.models import Deprecation
from registry.models import Actor

PAST = timedelta(days=31)  # how long something that is over stays in the calendar


def calendar_of(actor: Actor, *, is_all: bool) -> HttpResponse:
    """What concerns the actor's teams, or all that the actor sees."""
    calendar = Calendar()
    calendar.add("prodid", "-//Charter//Deprecations//EN")
    calendar.add("version", "2.0")
    calendar.calendar_name = "Deprecated features"
    calendar.refresh_interval = timedelta(hours=6)
    for deprecation in _shown(actor, is_all=is_all):
        for event in _events(deprecation):
            calendar.add_component(event)
    headers = {"Content-Disposition": 'inline; filename="deprecations.ics"', "Cache-Control": "private, max-age=900"}
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8", headers=headers)


def _shown(actor: Actor, *, is_all: bool) -> Iterator[Deprecation]:
    seen = Deprecation.objects.visible_to(actor).told_of().with_version().prefetch_related("version__brownouts")
    since = timezone.now().date() - PAST
    rows = seen.filter(version__sunset_on__gte=since).order_by("version__sunset_on", "pk")
    return (rows if is_all else rows.concerning(actor)).iterator(chunk_size=500)


def _events(deprecation: Deprecation) -> Iterator[Event]:
    version = deprecation.version
    last = version.sunset_on
    yield _event(deprecation, "sunset", f"Last day of {version}", last, last + timedelta(days=1))  # type: ignore[operator]
    for window in version.brownouts.all():
        title = f"{version} is switched off for a while"
        yield _event(deprecation, f"brownout-{window.pk}", title, window.starts_at, window.ends_at)


def _event(deprecation: Deprecation, what: str, title: str, start: object, end: object) -> Event:
    address = settings.CHARTER_BASE_URL + deprecation.get_absolute_url()
    event = Event()
    event.add("uid", f"{deprecation}-{what}@{urlsplit(settings.CHARTER_BASE_URL).hostname}")
    event.add("dtstamp", timezone.now())
    event.add("summary", title)
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("url", address)
    event.add("description", f"{deprecation.version.state_reason}\n{address}")
    event.add("transp", "TRANSPARENT")
    return event
