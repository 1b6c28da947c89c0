"""What Prometheus scrapes: this process for everybody, and each feature view for whoever shows a token.

Names of views are told by the same rule as everywhere: those that the token's user sees. Without a token there are
counts of what is listed, and no name.
"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from monitoring.exposition import of_views, totals
from monitoring.models import Incident
from registry.choices import Scope, Visibility
from registry.models import FeatureView, User
from registry.tokens import TokenAuthentication


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponseBase:
    """A token needs the scope features:read."""
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed as refusal:
        return HttpResponse(f"{refusal.detail}\n", status=401, content_type="text/plain")
    if found is not None and Scope.FEATURES_READ not in found[1].scopes:
        return HttpResponse("The token needs the scope features:read.\n", status=403, content_type="text/plain")
    process = ExportToDjangoView(request)
    lines = _seen(found[0]) if found is not None else _listed()
    return StreamingHttpResponse(_joined(process.content, lines), content_type=process["Content-Type"])


def _listed() -> Iterator[str]:
    listed = FeatureView.objects.present().filter(project__visibility=Visibility.LISTED)
    return totals(listed, Incident.objects.filter(hits__view__in=listed.order_by().values("pk")).distinct())


def _seen(user: User) -> Iterator[str]:
    views = FeatureView.objects.visible_to(user).present()
    yield from totals(views, Incident.objects.visible_to(user))
    yield from of_views(views, timezone.now())


def _joined(process: bytes, lines: Iterator[str]) -> Iterator[bytes]:
    yield process
    for line in lines:
        yield line.encode()
