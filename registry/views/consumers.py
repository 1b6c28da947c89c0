"""One consumer: what it reads, in which version, since when."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.models import Consumer
from registry.queries.projects import reads_of
from registry.views.actor import actor_of

COLUMNS = ("key", "number", "evidence", "created_at", "last_seen_at", "gone_at")


@require_GET
def page(request: HttpRequest, kind: str, name: str) -> HttpResponseBase:
    """`?project=` says which one, where several projects have a consumer of this name."""
    asked = request.GET.get("project")
    named = Consumer.objects.visible_to(actor_of(request)).filter(kind=kind, name=name)
    if asked is not None:
        named = named.filter(project__name=asked) if asked else named.filter(project__isnull=True)
    found = list(named.select_related("project", "team", "connection"))
    if not found:
        raise Http404("There is no such consumer.")
    if len(found) > 1:
        return render(request, "registry/consumer/choose.html", {"name": name, "consumers": found})
    reads = reads_of(found[0].pk, actor_of(request))
    if request.GET.get("format") == "csv":
        filename = f"{get_valid_filename(name)}-reads.csv"
        return csv_response(
            COLUMNS, reads.order_by("feature__key", "pk").values(*COLUMNS).iterator(), filename=filename
        )
    context = {
        "consumer": found[0],
        "page": page_of(reads, order=("key", "pk"), after=request.GET.get("after", "")),
        "counted": reads.filter(gone_at__isnull=True).count(),
    }
    return render(request, "registry/consumer/page.html", context)
