"""One source: what it is, and who is fed by it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.models import Feature, Project, Source
from registry.queries.feature_views import consumers_of
from registry.queries.projects import fed_by
from registry.views.actor import actor_of

COLUMNS = ("key", "kind", "health", "features_count")
CONSUMERS = 20


@require_GET
def page(request: HttpRequest, project: str, source: str) -> HttpResponseBase:
    actor = actor_of(request)
    visible = Source.objects.filter(project__in=Project.objects.visible_to(actor)).select_related(
        "project", "batch_source"
    )
    found = get_object_or_404(visible, project__name=project, name=source)
    views = fed_by(found, actor)
    if request.GET.get("format") == "csv":
        name = f"{get_valid_filename(found.name)}-views.csv"
        return csv_response(COLUMNS, views.order_by("key").values(*COLUMNS).iterator(), filename=name)
    features = Feature.objects.visible_to(actor).present().filter(view__in=views.order_by().values("pk"))
    context = {
        "source": found,
        "page": page_of(views, order=("key",), after=request.GET.get("after", "")),
        "consumers": list(consumers_of(features, actor)[:CONSUMERS]),
        "most_consumers": CONSUMERS,
        "options": {name: value for name, value in found.options.items() if value not in ("", None, [], {})},
    }
    return render(request, "registry/source/page.html", context)
