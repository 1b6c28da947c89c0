"""The pages of a table or job and of its runs: what it is called, its columns or runs, and who is hit by it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from common.keyset import Page
from common.keyset import page as page_of
from common.spreadsheets import csv_response
from lineage.models import Node, NodeKind, Run
from lineage.queries.about import (
    MOST_RUNS,
    about,
    changes_of,
    code_of,
    error_of,
    may_see_code,
    newest_tests,
    runs_of,
    schedule_of,
)
from lineage.queries.graph import neighbours
from lineage.queries.impact import impact_of
from lineage.queries.measured import checks_of
from lineage.queries.suggestions import may_be_same, said_of, said_same
from registry.views.actor import actor_of

MOST_PARTS = 50
AFFECTED = ("kind", "key", "owner", "environment", "depth", "sure")


@require_GET
def page(request: HttpRequest, node: UUID) -> HttpResponseBase:
    """`?column=` asks who is hit by one column; `?format=csv` gives those who are."""
    actor = actor_of(request)
    found = get_object_or_404(Node.objects.visible_to(actor).select_related("same_as"), pk=node)
    if found.same_as_id != found.pk:
        return redirect("lineage:node", node=found.same_as_id)
    if found.view:
        return redirect(found.view)
    column = request.GET.get("column", "")
    impact = impact_of(actor, found, column)
    if request.GET.get("format") == "csv":
        rows = ({name: getattr(one.node, name, one.sure) for name in AFFECTED} for one in impact.affected)
        return csv_response(AFFECTED, rows, filename="impact.csv")
    told = about(found, actor)
    up, down = neighbours(actor, found)
    context = {
        "node": found,
        "about": told,
        "up": up,
        "down": down,
        "impact": impact,
        "column": column,
        "runs": _runs(request, found),
        "schedule": schedule_of(told.facets),
        "said": said_of(actor, found),
        "same_said": said_same(found),
        "may_be": may_be_same(actor, found),
        "may_say": actor.has_perm("lineage.say_flow", found),
        "may_tell": bool(impact.affected) and actor.has_perm("lineage.tell_teams", found),
        "changes": changes_of(found) if found.kind == NodeKind.DATASET else (),
        "measured": told.measured or newest_tests(found),
        "code": code_of(told.facets) if may_see_code(actor) else "",
        "hides_code": bool(code_of(told.facets)) and not may_see_code(actor),
    }
    return render(request, "lineage/node/page.html", context)


@require_GET
def run(request: HttpRequest, node: UUID, run: UUID) -> HttpResponse:
    """One run of a job: when, how it ended, what it read and wrote."""
    actor = actor_of(request)
    job = get_object_or_404(Node.objects.visible_to(actor), pk=node)
    found = get_object_or_404(job.runs, pk=run)
    touched = Node.objects.visible_to(actor).defer("facets", "picture", "spellings")
    parts = Run.objects.filter(parent=found.pk).told_once().select_related("job")
    context = {
        "job": job,
        "run": found,
        "inputs": touched.filter(pk__in=found.inputs),
        "outputs": touched.filter(pk__in=found.outputs),
        "parent": _parent(found),
        "children": parts.order_by("started_at")[:MOST_PARTS],
        "measured": checks_of(found),
        "error": error_of(found) if may_see_code(actor) else "",
    }
    return render(request, "lineage/node/run.html", context)


def _runs(request: HttpRequest, job: Node) -> Page[Run] | None:
    if job.kind != NodeKind.JOB:
        return None
    return page_of(runs_of(job), order=("-started_at", "-id"), after=request.GET.get("after", ""), size=MOST_RUNS)


def _parent(run: Run) -> Run | None:
    return Run.objects.filter(pk=run.parent).select_related("job").first() if run.parent else None
