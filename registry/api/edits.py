"""What edits of features and views have in common."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse

from common.problems import Invalid
from registry.models import OwnerOffer, Project, Team, User


def allow_any(actor: User, thing: Model, *permissions: str) -> None:
    """Refuse before the body is read whoever may do none of these; which of them is needed, the body says."""
    if not any(actor.has_perm(permission, thing) for permission in permissions):
        raise PermissionDenied("Only those who answer for it may change it.")


def team_of(slug: str, pointer: str) -> Team:
    """The team that a body names at `pointer`. Raises Invalid."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        detail = "There is no such team. GET /api/v1/teams lists them."
        raise Invalid(detail, errors=[{"pointer": pointer, "code": "unknown_team", "detail": detail}])
    return team


def visible_project(actor: User, name: str) -> Project:
    """The project that a body names. Raises Invalid for one that does not exist or is hidden."""
    project = Project.objects.visible_to(actor).filter(name=name).first()
    if project is None:
        detail = "There is no such project. GET /api/v1/projects lists them."
        raise Invalid(detail, errors=[{"pointer": "/project", "code": "unknown_project", "detail": detail}])
    return project


def with_team(sent: dict[str, Any]) -> dict[str, Any]:
    """The same with the owner's slug, where one is given, replaced by the team."""
    return sent | {"owner": team_of(sent["owner"], "/owner")} if sent.get("owner") else sent


def with_offer(response: HttpResponse, offer: OwnerOffer | None) -> HttpResponse:
    """202 and where to follow it, when the team that shall answer for it is asked first."""
    if offer is not None:
        response.status_code = 202
        response["Location"] = reverse("api:ownership-offer", args=[offer.pk])
    return response
