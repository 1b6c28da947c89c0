"""One pull: how far it is, what it found wrong, and the button that stops it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from registry.actions.pulls import cancel_pull
from registry.models import Pull
from registry.queries.connections import next_pull_at

MOST_SHOWN = 200


@require_GET
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Progress; a part of this page asks for itself every second until the pull is finished."""
    template = "registry/pull/state.html" if getattr(request, "htmx", False) else "registry/pull/page.html"
    response = render(request, template, _context(request, _found(number)))
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Ask it to stop at its next step."""
    try:
        cancel_pull(_found(number), actor=request.user)  # type: ignore[arg-type]  # login is required
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))
    return redirect("registry:pull", number)


def _found(number: int) -> Pull:
    return get_object_or_404(Pull.objects.select_related("connection__owner", "requested_by"), pk=number)


def _context(request: HttpRequest, pull: Pull) -> dict[str, Any]:
    """Warnings and errors name objects of restricted projects, so only those who answer for the store see them."""
    may_inspect = request.user.has_perm("registry.inspect_connection", pull.connection)
    return {
        "pull": pull,
        "connection": pull.connection,
        "next_at": next_pull_at(pull.connection),
        "may_inspect": may_inspect,
        "may_cancel": not pull.is_finished and request.user.has_perm("registry.cancel_pull", pull),
        "may_pull": pull.is_finished and request.user.has_perm("registry.pull_connection", pull.connection),
        "errors": pull.errors[:MOST_SHOWN] if may_inspect else [],
        "warnings": pull.warnings[:MOST_SHOWN] if may_inspect else [],
        "most_shown": MOST_SHOWN,
    }
