"""How the registry is used as a whole, as pictures, each with its table."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from common.diagrams import Flow
from common.spreadsheets import csv_response
from registry.models import Project, User
from registry.queries.alike import Pair, near_duplicates
from registry.queries.insights import TARGET, active_features, flows_of, growth_of, ownership_of, reuse_of
from registry.references import storable
from registry.views.actor import actor_of

MOST_FLOWS, MOST_TEAMS, MOST_PAIRS, MOST_ROWS = 30, 40, 20, 10_000
_COLUMNS = {
    "ownership": ("team", "slug", "features", "used"),
    "flows": ("view", "model", "place", "features"),
    "growth": ("month", "features", "reuse"),
    "duplicates": ("feature", "other", "score", "reasons"),
}


@require_GET
def page(request: HttpRequest) -> HttpResponseBase:
    """`?project=` narrows it to one. `?format=csv&of=ownership`, `flows` or `growth` is the table behind a picture."""
    actor, project = actor_of(request), storable(request.GET.get("project", "")).strip()
    if request.GET.get("format") == "csv":
        return _spreadsheet(actor, project, request.GET.get("of", ""))
    features = active_features(actor, project)
    flows = list(flows_of(actor, features)[: MOST_FLOWS + 1])
    teams = ownership_of(features)
    context = {
        "project": project,
        "projects": Project.objects.visible_to(actor).order_by("name").values_list("name", flat=True),
        "reuse": reuse_of(features),
        "target": TARGET,
        "teams": teams[:MOST_TEAMS],
        "more_teams": len(teams) > MOST_TEAMS,
        "areas": [(row["team"] or "No owner", row["features"]) for row in teams],
        "flows": flows[:MOST_FLOWS],
        "more_flows": len(flows) > MOST_FLOWS,
        "bands": [Flow(row["view"], _model(row), row["features"]) for row in flows[:MOST_FLOWS]],
        "months": (months := growth_of(actor, project)),
        "points": [(month.name, month.features, month.reuse) for month in months],
        "csv": f"?{urlencode({'project': project, 'format': 'csv'})}&of=",
        "duplicates": f"{reverse('registry:insights-duplicates')}?{urlencode({'project': project})}",
        "unused": f"?{urlencode({'q': _unused(project)})}",
    }
    return render(request, "registry/insights/page.html", context)


@require_GET
def duplicates(request: HttpRequest) -> HttpResponseBase:
    """The likeliest near-duplicates, of one `?project=` or all: asked for by the page, because it takes a moment; as a
    spreadsheet with `?format=csv`."""
    actor, project = actor_of(request), storable(request.GET.get("project", "")).strip()
    is_spreadsheet = request.GET.get("format") == "csv"
    found = near_duplicates(active_features(actor, project), limit=MOST_ROWS if is_spreadsheet else MOST_PAIRS + 1)
    if is_spreadsheet:
        return csv_response(_COLUMNS["duplicates"], map(_pair_row, found), filename="near-duplicates.csv")
    context = {
        "pairs": found[:MOST_PAIRS], "has_more": len(found) > MOST_PAIRS,
        "csv": f"?{urlencode({'project': project, 'format': 'csv'})}",
    }  # fmt: skip
    return render(request, "registry/insights/duplicates.html", context)


def _pair_row(pair: Pair) -> dict[str, Any]:
    return {
        "feature": pair.one.key, "other": pair.other.key, "score": round(pair.likeness.score, 3),
        "reasons": "; ".join(pair.likeness.reasons),
    }  # fmt: skip


def _model(row: dict[str, Any]) -> str:
    """Models of one name in several projects are told apart."""
    return f"{row['model']} ({row['place']})" if row["place"] else row["model"]


def _unused(project: str) -> str:
    quoted = project.replace('"', "")
    return f'used:0 status:active project:"{quoted}"' if project else "used:0 status:active"


def _spreadsheet(actor: User, project: str, of: str) -> HttpResponseBase:
    features = active_features(actor, project)
    if of == "flows":
        return csv_response(_COLUMNS[of], flows_of(actor, features).iterator(), filename="view-to-model.csv")
    if of == "growth":
        rows = [{"month": one.name, "features": one.features, "reuse": one.reuse} for one in growth_of(actor, project)]
        return csv_response(_COLUMNS[of], rows, filename="growth.csv")
    return csv_response(_COLUMNS["ownership"], ownership_of(features), filename="ownership.csv")
