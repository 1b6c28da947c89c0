"""Features side by side."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from registry.queries.comparison import MOST, choices, rows
from registry.views.actor import actor_of


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """`/compare?a=&b=`, or `f=` up to four times; a reference may end in a version, `@2`."""
    asked = [request.GET.get("a", ""), request.GET.get("b", ""), *request.GET.getlist("f")]
    found, unknown = choices(asked, actor_of(request))
    texts = [choice.asked for choice in found]
    lines = rows(found)
    context = {
        "found": found,
        "unknown": unknown,
        "left_out": max(0, len([text for text in dict.fromkeys(asked) if text]) - len(unknown) - MOST),
        "has_room": len(found) < MOST,
        "most": MOST,
        "removals": {choice.asked: _address([text for text in texts if text != choice.asked]) for choice in found},
        "lines": lines,
        "differing": sum(line.differs for line in lines),
        "trends_query": _query(texts),
    }
    return render(request, "registry/compare/page.html", context)


def _query(texts: list[str]) -> str:
    return urlencode([("f", text) for text in texts])


def _address(texts: list[str]) -> str:
    return f"?{_query(texts)}"
