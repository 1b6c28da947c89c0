"""A button that does one thing: what came of it is said on the page that follows."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registry.models import Plan


def done(request: HttpRequest, work: Callable[[], object], said: str, then: str | Plan) -> HttpResponse:
    """Do it, say so or why not, and go on to `then`."""
    try:
        work()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, said)
    return redirect(then)
