"""Pages of one feature: overview, versions, activity, and the button that follows it."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET, require_POST

from common.spreadsheets import csv_response
from registry import contracts, snippets, timelines
from registry.actions.features import follow_feature, unfollow_feature
from registry.choices import Manager, VersionState
from registry.forms import DescriptionForm
from registry.freshness import disagreements, is_timeless, three_times
from registry.models import Feature, FeatureView, Version
from registry.queries.activity import Event
from registry.queries.activity import activity as activity_of
from registry.queries.evidence import absences
from registry.queries.features import LATEST, readers_of
from registry.queries.past import as_it_was
from registry.views.actor import actor_of
from registry.views.feature_frame import find, frame


@require_GET
def overview(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Is it the one, can it be trusted, how is it used."""
    found = find(request, project, view, feature)
    context = frame(request, found, tab="Overview")
    version, versions = context["version"], context["versions"]
    prefetch_related_objects([found.view], "entities", "upstream_views__entities")
    times = three_times(found.view, absences(found.view, found))
    readers = list(readers_of(found, actor_of(request))[: LATEST + 1])
    has_store = found.view.connection_id is not None or version.managed_by == Manager.CONNECTOR
    is_feast = has_store and request.GET.get("use") != "rest"
    context |= {
        "contract": contracts.describe(version, hide_values=context["hide_values"]),
        "has_store": has_store,
        "use_rest": not is_feast,
        "use_feast": is_feast,
        "feast": snippets.feast(found, version.number),
        "curl": snippets.curl(found, version.number, base_url=settings.CHARTER_BASE_URL),
        "timeline": timelines.rows(versions),
        "timeline_marks": timelines.marks(versions),
        "timeline_label": timelines.in_words(versions),
        "now": timezone.now(),
        "is_timeless": is_timeless(found.view),
        "source_url": _source_url(found.view),
        "times": times,
        "disagreements": disagreements(times),
        "readers": readers[:LATEST],
        "has_more_readers": len(readers) > LATEST,
        "links": _links(found),
        "form": _form(request, found),
    }
    return render(request, "registry/feature/overview.html", context)


def _source_url(view: FeatureView) -> str:
    return reverse("registry:source", args=[view.project.name, view.source.name]) if view.source else ""


def _form(request: HttpRequest, feature: Feature) -> DescriptionForm | None:
    """For those who may describe it."""
    if not request.user.has_perm("registry.describe_feature", feature):
        return None
    return DescriptionForm(initial={"description": feature.description})


def _links(feature: Feature) -> list[tuple[str, str]]:
    """Tags whose value is an address: the repository, the run book, whatever the owner put there."""
    pairs = (tag.partition("=") for tag in feature.tags)
    return [(name, value) for name, _, value in pairs if value.startswith(("https://", "http://"))]


@require_GET
def versions(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponseBase:
    """Every version, and what differs between two of them (`?a=1&b=2`)."""
    found = find(request, project, view, feature)
    context = frame(request, found, tab="Versions")
    held: list[Version] = context["versions"]
    if request.GET.get("format") == "csv":
        return _spreadsheet(found, held)
    old, new = _pair(held, request)
    may_change = request.user.has_perm("registry.draft_version", found)
    context |= {
        "may_change": may_change,
        "may_draft": may_change and not any(one.state == VersionState.DRAFT for one in held),
        "old": old,
        "new": new,
        "changes": _compared(found, old, new) if old and new else [],
        "rows": [(one, contracts.describe(one, hide_values=contracts.is_personal(found, one))) for one in held],
    }
    return render(request, "registry/feature/versions.html", context)


def _pair(held: list[Version], request: HttpRequest) -> tuple[Version | None, Version | None]:
    """The two versions asked for; by default the current one and the one before it."""
    by_number = {str(version.number): version for version in held}
    newest, before = held[0], held[1] if len(held) > 1 else None
    return by_number.get(request.GET.get("a", ""), before), by_number.get(request.GET.get("b", ""), newest)


def _compared(feature: Feature, old: Version, new: Version) -> list[contracts.Change]:
    hide = contracts.is_personal(feature, old) or contracts.is_personal(feature, new)
    return contracts.differences(contracts.describe(old, hide_values=hide), contracts.describe(new, hide_values=hide))


def _spreadsheet(feature: Feature, held: list[Version]) -> StreamingHttpResponse:
    rows = [
        {"Version": one.number, "Activated": one.activated_at, "Deprecated": one.deprecated_at, "Sunset": one.sunset_on,
         "Retired": one.retired_at, **contracts.describe(one, hide_values=contracts.is_personal(feature, one))}
        for one in held
    ]  # fmt: skip
    return csv_response(list(rows[0]), rows, filename=f"{get_valid_filename(feature.key)}-versions.csv")


@require_GET
def activity(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponseBase:
    """What happened, newest first; with `?as_of=2026-03-03`, also the feature as it was then."""
    found = find(request, project, view, feature)
    context = frame(request, found, tab="Activity")
    asked = request.GET.get("as_of", "")
    moment = _moment(asked)
    happened = activity_of(found, context["versions"], before=_moment(request.GET.get("before", "")))
    if request.GET.get("format") == "csv":
        return csv_response(("at", "who", "what", "why", "changes"), map(_line, happened.events),
                            filename=f"{get_valid_filename(found.key)}-activity.csv")  # fmt: skip
    context |= {
        "activity": happened,
        "asked": asked,
        "is_unreadable": bool(asked) and moment is None,
        "moment": moment,
        "past": as_it_was(found, context["versions"], moment) if moment else None,
    }
    return render(request, "registry/feature/activity.html", context)


def _line(event: Event) -> dict[str, object]:
    changes = [f"{change.field}: {change.old} → {change.new}" for change in event.changes]
    return {"at": event.at.isoformat(), "who": event.who, "what": event.title, "why": event.reason, "changes": changes}


def _moment(text: str) -> datetime | None:
    """A day means its end: what was known that day. None for what is not a date."""
    try:
        at = parse_datetime(text) if "T" in text or ":" in text else None
        day = None if at else parse_date(text)
    except ValueError:
        return None
    if day:
        return datetime.combine(day, time.max, UTC)
    return at.replace(tzinfo=at.tzinfo or UTC) if at else None


@require_POST
def follow(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Follow, and show the button anew."""
    follow_feature(find(request, project, view, feature), actor=actor_of(request))
    return _button(request, project, view, feature)


@require_POST
def unfollow(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    """Follow no more, and show the button anew."""
    unfollow_feature(find(request, project, view, feature), actor=actor_of(request))
    return _button(request, project, view, feature)


def _button(request: HttpRequest, project: str, view: str, feature: str) -> HttpResponse:
    found = find(request, project, view, feature)
    if getattr(request, "htmx", False):
        return render(request, "registry/feature/follow.html", {"feature": found})
    return redirect(found)
