"""The pages of a table or job and of its runs: what it is called, its columns or runs, and who is hit by it."""

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
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
from lineage.queries.recipients import answers_for
from lineage.queries.suggestions import beside_of, may_be_same, said_of, said_same
from registry.models import FeatureView, User
from registry.views.actor import actor_of

MOST_PARTS = 50
AFFECTED = ("kind", "key", "owner", "environment", "depth", "sure")


@require_GET
def page(request: HttpRequest, node: UUID) -> HttpResponseBase:
    """`?column=` asks who is hit by one column; `?format=csv` gives those who are."""
    actor = actor_of(request)
    found, members = _members(actor, node)
    if found.same_as_id != found.pk:
        return redirect("lineage:node", node=found.same_as_id)
    if found.view_id:
        return redirect(FeatureView.objects.get(pk=found.view_id))
    column = request.GET.get("column", "")
    impact = impact_of(actor, found, column)
    if request.GET.get("format") == "csv":
        rows = ({name: getattr(one.node, name, one.sure) for name in AFFECTED} for one in impact.affected)
        return csv_response(AFFECTED, rows, filename="impact.csv")
    told, beside = about(found, actor, members), beside_of(found)
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
        "said": said_of(actor, beside.flows),
        "same_said": said_same(found, beside.aliases),
        "may_be": may_be_same(actor, found),
        "may_say": actor.has_perm("lineage.say_flow", found),
        "may_tell": bool(impact.affected) and (actor.is_admin or answers_for(actor, impact.ids)),
        "changes": changes_of(beside.changes),
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


def _members(actor: User, id: UUID) -> tuple[Node, list[Node]]:
    """The node and everything that is the same, where it stands for it. Raises Http404."""
    rows = Node.objects.visible_to(actor).filter(Q(pk=id) | Q(same_as=id)).select_related("source")
    members = list(rows.order_by("namespace", "name"))
    found = next((one for one in members if one.pk == id), None)
    if found is None:
        raise Http404
    return found, members


def _runs(request: HttpRequest, job: Node) -> Page[Run] | None:
    if job.kind != NodeKind.JOB:
        return None
    return page_of(runs_of(job), order=("-started_at", "-id"), after=request.GET.get("after", ""), size=MOST_RUNS)


def _parent(run: Run) -> Run | None:
    return Run.objects.filter(pk=run.parent).select_related("job").first() if run.parent else None
