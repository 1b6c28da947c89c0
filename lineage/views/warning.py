"""Telling all who are hit by a table or job: who gets it, the text, and one button."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from lineage.actions.warning import KINDS, tell_teams, usual_text
from lineage.forms import WarningForm
from lineage.models import Node
from lineage.queries.recipients import whom
from registry.actions.action import allow
from registry.views.actor import actor_of


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, node: UUID) -> HttpResponse:
    """`?column=` tells those who are hit by one column."""
    actor, column = actor_of(request), request.GET.get("column", "")
    found = get_object_or_404(Node.objects.visible_to(actor).canonical().filter(kind__in=KINDS), pk=node)
    allow(actor, "lineage.tell_teams", found)
    form = WarningForm(request.POST or None, initial={"text": usual_text(found, column), "sending": uuid4()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if form.tried(lambda: tell_teams(found, actor=actor, column=column, **said)) is not None:
            messages.success(request, "All who are hit are told.")
            return redirect(found.impact_url(column))
    context = {
        "node": found, "column": column, "form": form, "whom": whom(found, column).shown_to(actor),
    }  # fmt: skip
    return render(request, "lineage/node/tell.html", context, status=422 if form.errors else 200)
