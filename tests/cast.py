"""The cast: one person for each role, and two teams. Payments owns what Alice and Arno touch; Risk is Bob's."""

from types import SimpleNamespace

from django.contrib.auth.models import Group
from django.test import Client
from rest_framework.test import APIClient

from registry import roles
from registry.models import AccessToken, Membership, Team, User
from tests.factories import TeamFactory, UserFactory


def person(username: str, *, role: str = "", team: Team | None = None, is_lead: bool = False) -> User:
    """A user with a role and a team, as production would make them."""
    user = UserFactory(username=username)
    if role:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    if team:
        Membership.objects.create(user=user, team=team, is_lead=is_lead)
    return user


def make_cast() -> SimpleNamespace:
    """`payments` and `risk` are teams; the rest are users named for their role."""
    payments = TeamFactory(slug="payments", name="Payments Features")
    risk = TeamFactory(slug="risk", name="Risk")
    return SimpleNamespace(
        payments=payments,
        risk=risk,
        viewer=person("vera"),
        owner_a=person("alice", team=payments, is_lead=True),
        owner_b=person("bob", team=risk),
        member=person("mia", role=roles.COMMITTEE),
        chair=person("chen", role=roles.CHAIR),
        auditor=person("anna", role=roles.AUDITOR),
        admin=person("adam", role=roles.ADMIN),
        service=UserFactory(username="svc-checkout", is_service=True),
    )


def token_for(user: User, *scopes: str) -> str:
    """A fresh token of the user with these scopes."""
    _, secret = AccessToken.objects.create(user=user, name="test", scopes=list(scopes))
    return secret


def api_as(user: User, *scopes: str) -> APIClient:
    """An API client that calls with a token of the user."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(user, *(scopes or ('features:read', 'features:write')))}")
    return client


def page_as(user: User) -> Client:
    """A browser-like client, signed in."""
    client = Client()
    client.force_login(user, backend="portal.login.AuthenticationBackend")
    return client
