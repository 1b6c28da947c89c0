"""The search page, and what it suggests while somebody types."""

import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from common.spreadsheets import csv_response
from registry.models import Feature, User
from registry.search import (
    FACET_NAMES,
    SORTS,
    BadCursor,
    SearchPage,
    edited,
    filters_of,
    matching,
    resolve,
    search,
    suggest,
)
from registry.search.counting import note_search
from registry.views.actor import actor_of

ROWS = 30
COLUMNS = (
    "key", "description", "number", "state", "health", "privacy_class", "dtype", "unit", "owner__slug", "store",
    "is_online", "models_count", "reads_per_day", "null_rate", "entity_names", "tags", "changed_at",
)  # fmt: skip
# What is shown before anything is asked: (title, query, sort, what to say where there is none).
START = (
    ("You follow", "is:followed", "best", "Follow a feature on its page, and it is one click away from here."),
    ("Your team’s", "owner:@my-team", "best", "You are in no team that owns features."),
    ("Most used", "used:>0", "used", "No model is known to use a feature yet."),
    ("New this week", "created:<7d", "changed", "Nothing was registered in the last seven days."),
)
AT_START = 5
API_SORTS = {"changed": "-changed_at", "name": "key"}  # the names that its other lists have for them


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    text: str
    sort: str = "best"
    is_as_typed: bool = False

    @property
    def url(self) -> str:
        said = {"q": self.text, "sort": self.sort if self.sort != "best" else "", "typed": "1" * self.is_as_typed}
        return f"{reverse('registry:search')}?{urlencode({name: value for name, value in said.items() if value})}"

    def of(self, text: str) -> str:
        """The address of another query in the same order."""
        return replace(self, text=text, is_as_typed=False).url


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """Results with filters; without a query, where to start."""
    asked, is_edited = _asked(request.GET)
    if is_edited:
        return redirect(asked.url)  # filters and text box edit one query, which has one address
    if request.GET.get("format") == "csv":
        rows = matching(actor_of(request), asked.text).order_by("key").values(*COLUMNS)
        return csv_response(COLUMNS, rows.iterator(), filename="features.csv")
    is_part = request.headers.get("HX-Request-Type") == "partial"
    context = _found(actor_of(request), asked, request.GET.get("cursor", "")) if asked.text else _start(request, asked)
    response = render(request, f"registry/search/{'part' if is_part else 'page'}.html", context | {"asked": asked})
    patch_vary_headers(response, ["HX-Request-Type"])
    return response


@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """Options for the search box and the palette."""
    groups = suggest(actor_of(request), request.GET.get("q", ""))
    return render(request, "registry/search/suggestions.html", {"groups": groups})


def _asked(said: QueryDict) -> tuple[Asked, bool]:
    """What is asked, and whether the filters' form put it together."""
    ticked = {name: said.getlist(name) for name in FACET_NAMES if name in said}
    is_edited = bool(ticked) or "in" in said
    text = said.get("q", "").strip()
    sort = said.get("sort", "best")
    asked = Asked(
        edited(text, ticked, said.getlist("in")) if is_edited else text,
        sort if sort in SORTS else "best",
        said.get("typed") == "1",
    )
    return asked, is_edited


def _found(actor: User, asked: Asked, cursor: str) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        found = search(
            actor, asked.text, sort=asked.sort, cursor=cursor, limit=ROWS, with_facets=not cursor,
            as_typed=asked.is_as_typed,
        )  # fmt: skip
    except BadCursor as error:
        raise Http404(str(error)) from None
    if not cursor:
        note_search(actor, found)
    return {
        "found": found,
        "taken": time.perf_counter() - started,
        "targets": [] if cursor else resolve(actor, asked.text),
        "filters": [(text, asked.of(rest)) for text, rest in filters_of(found.query)],
        "corrected": asked.of(found.correction.query) if found.correction else "",
        "as_typed": replace(asked, is_as_typed=True).url,
        "nearest": [(word, asked.of(word)) for word in found.nearest],
        "more": f"{asked.url}&{urlencode({'cursor': found.next_cursor})}" if found.next_cursor else "",
        "csv": f"{asked.url}&format=csv",
        "has_own": _has_own(actor, found),
        "api": _api_address(asked),
        "facets": found.facets,
        "sorts": [(name, sort.label) for name, sort in SORTS.items()],
    }


def _has_own(actor: User, found: SearchPage) -> bool:
    """Whether a team of the actor answers for something on this page."""
    shown = Feature.objects.filter(pk__in=[hit.id for hit in found.hits])
    return bool(actor.team_ids) and shown.filter(owner__in=actor.team_ids).exists()


def _api_address(asked: Asked) -> str:
    said = {"q": asked.text, "sort": API_SORTS.get(asked.sort, asked.sort)}
    return f"{reverse('api:features')}?{urlencode(said)}"


def _start(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    actor = actor_of(request)
    parts = [
        {
            "title": title,
            "none": none,
            "url": Asked(text, sort).url,
            "found": search(actor, text, sort=sort, limit=AT_START, as_typed=True),
        }
        for title, text, sort, none in START
    ]
    return {"parts": parts, "facets": search(actor, "", limit=1, with_facets=True).facets}
