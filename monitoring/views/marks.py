"""What incidents add to the pages of views and features: a mark while one goes on, and how patient the owner is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.actions.patience import change_patience
from monitoring.incident_forms import PatienceForm
from monitoring.kinds import USUAL_READINGS
from monitoring.models import Patience
from monitoring.reading import marks_of
from registry.actions.action import allow
from registry.models import FeatureView
from registry.queries.feature_views import view_pages_of
from registry.views.actor import actor_of


@require_GET
def of_view(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """Incidents that hit the view now. Nothing where there are none."""
    found = _find(request, project, view)
    context = {"incidents": marks_of([found], actor_of(request)).get(found.pk, [])}
    return render(request, "monitoring/panels/incident_mark.html", context)


@require_http_methods(["GET", "POST"])
def patience(request: HttpRequest, project: str, view: str) -> HttpResponse:
    """How many bad readings make a breach: shown to the owner on the view's page, and changed there."""
    found, actor = _find(request, project, view), actor_of(request)
    allow(actor, "monitoring.change_patience", found)
    held = Patience.objects.filter(view=found).first()
    form = PatienceForm(request.POST or None, initial={"readings": held.readings if held else USUAL_READINGS})
    if request.method == "GET":
        return render(request, "monitoring/panels/patience.html", {"view": found, "form": form})
    if form.is_valid() and form.tried(lambda: change_patience(found, actor=actor, **form.cleaned_data)) is not None:
        messages.success(request, "Kept. It holds from the next reading on.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(found)


def _find(request: HttpRequest, project: str, view: str) -> FeatureView:
    return get_object_or_404(view_pages_of(actor_of(request)), key=f"{project}.{view}")
