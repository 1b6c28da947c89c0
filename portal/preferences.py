"""Settings: who one is here, and how one likes the pages."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from portal.context import PREFERENCES

A_YEAR = 365 * 24 * 3600
# What each choice is called; "" is the default, which needs no cookie.
CHOICES = {
    "theme": ("Colours", (("", "As the system"), ("light", "Light"), ("dark", "Dark"))),
    "density": ("Rows", (("", "Comfortable"), ("compact", "Compact"))),
    "keys": ("Single-letter keys", (("", "On"), ("off", "Off"))),
}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Scripts save each choice at once; without them the form does."""
    if request.method == "POST":
        return _save(request)
    memberships = request.user.memberships.select_related("team").order_by("team__name")  # type: ignore[union-attr]
    return render(request, "portal/settings.html", {"choices": CHOICES, "memberships": memberships})


def _save(request: HttpRequest) -> HttpResponse:
    response = redirect("portal:settings")
    for name, allowed in PREFERENCES.items():
        value = request.POST.get(name, "")
        if value in allowed:
            # The script on the page writes it too, so it must be able to.
            response.set_cookie(f"charter_{name}", value, max_age=A_YEAR, samesite="Lax", secure=settings.IS_HTTPS)
        else:
            response.delete_cookie(f"charter_{name}", samesite="Lax")
    return response
