"""Teams and people: whom to ask, and what they have to mend."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from common.keyset import page as page_of
from common.spreadsheets import csv_response
from registry.models import Feature, FeatureView, OwnerOffer, Team, User
from registry.queries.completeness import bars, incomplete, lacking, of_team
from registry.queries.people import members_of, memberships_of, teams_with_counts
from registry.views.actor import actor_of

COLUMNS = ("slug", "name", "channel", "members_count", "views_count", "features_count", "troubled_count")
VIEWS = 50


@require_GET
def teams(request: HttpRequest) -> HttpResponseBase:
    """Every team, and how its features are."""
    found = teams_with_counts(actor_of(request)).order_by("slug")
    if request.GET.get("format") == "csv":
        return csv_response(COLUMNS, found.values(*COLUMNS).iterator(), filename="teams.csv")
    page = page_of(found, order=("slug",), after=request.GET.get("after", ""))
    return render(request, "registry/people/teams.html", {"page": page})


@require_GET
def team(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who is in it, what it answers for, and what to mend first."""
    found = get_object_or_404(Team, slug=slug)
    actor = actor_of(request)
    features = of_team(found, actor)
    to_mend = incomplete(features)
    if request.GET.get("format") == "csv":
        rows = ({"key": one.key, "lacks": lacking(one), "models": one.models_count} for one in to_mend.order_by("key"))
        return csv_response(("key", "lacks", "models"), rows, filename=f"{found.slug}-to-mend.csv")
    page = page_of(to_mend, order=("-models_count", "key"), after=request.GET.get("after", ""))
    context = {
        "team": found,
        "members": members_of(found),
        "is_own": found.pk in actor.team_ids,
        "offers": _offers(found) if found.pk in actor.team_ids else [],
        "bars": bars(features),
        "page": page,
        "rows": [(feature, lacking(feature)) for feature in page.rows],
        "views": list(_views(found, actor)[: VIEWS + 1]),
        "most_views": VIEWS,
    }
    return render(request, "registry/people/team.html", context)


def _offers(team: Team) -> QuerySet[OwnerOffer]:
    """What its members may accept or decline."""
    return team.offers_got.open().select_related("feature", "view", "giver", "offered_by")


def _views(team: Team, actor: User) -> QuerySet[FeatureView]:
    return FeatureView.objects.visible_to(actor).present().filter(owner=team).select_related("project").order_by("key")


@require_GET
def person(request: HttpRequest, username: str) -> HttpResponse:
    """The teams of a person; for oneself, also what one follows."""
    found = get_object_or_404(User, username=username)
    is_self = found.pk == request.user.pk
    followed = Feature.objects.visible_to(found).followed_by(found).select_related("view", "owner").order_by("key")
    context = {
        "person": found,
        "memberships": memberships_of(found),
        "is_self": is_self,
        "followed": followed.defer("search", "keywords", "context")[:50] if is_self else [],
    }
    return render(request, "registry/people/person.html", context)
