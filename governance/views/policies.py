"""What access to personal data needs: policies and purposes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from governance.models import Policy, Purpose


@require_GET
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A policy with all its versions, the newest first."""
    privacy_class, *rest = name.split(".", 2)
    rows = [one for one in Policy.objects.filter(privacy_class=privacy_class).order_by("-number") if one.name == name]
    if not rows:
        raise Http404(f"There is no policy {name}.")
    return render(request, "governance/policy/page.html", {"policy": rows[0], "versions": rows})


@require_GET
def purpose(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "governance/policy/purpose.html", {"purpose": get_object_or_404(Purpose, name=name)})
