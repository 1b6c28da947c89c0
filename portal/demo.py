"""The demo: a cast of people by role, the teams that own its features, and a connection to a real Feast store."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import transaction
from knox.crypto import hash_token

from demo.day.moving import day_events
from demo.install import STORE, InstalledDemo, install
from lineage.actions.receiving import keep_events
from lineage.openlineage.admitting import admit
from registry import roles
from registry.actions.connections import create_connection
from registry.actions.people import add_member, assign_role, create_team, create_user, reset_password
from registry.actions.projects import create_project
from registry.actions.pulls import request_pull
from registry.actions.tokens import create_token
from registry.choices import PullKind, Scope, Visibility
from registry.models import AccessToken, Connection, Project, Team, User

TEAMS = {
    "delay-features": ("Delay features", "Delays by carrier, origin and route", "#delay-features"),
    "delay-models": ("Delay models", "Predicts departure and arrival delays", "#delay-models"),
    "data-platform": ("Data platform", "Runs the stores and the schedules", "#data-platform"),
    "fleet": ("Fleet", "Aircraft and how they are used", "#fleet"),
    "rebooking": ("Rebooking", "Finds passengers another flight", "#rebooking"),
    "tower-feed": ("Tower feed", "The live departure board", "#tower-feed"),
    "weather-desk": ("Weather desk", "Observations at the origins", "#weather-desk"),
    "crm": ("Customer relations", "Who the passengers are", "#crm"),
    "loyalty-data": ("Loyalty data", "Tiers and points", "#loyalty"),
    "loyalty-models": ("Loyalty models", "Offers and churn", "#loyalty-models"),
}
PERSON = (Scope.FEATURES_READ, Scope.FEATURES_WRITE, Scope.ACCESS_REQUEST)


@dataclass(frozen=True, slots=True)
class Part:
    """One place in the cast."""

    role: str
    username: str
    team: str = ""
    group: str = ""
    scopes: tuple[str, ...] = PERSON
    is_service: bool = False


CAST = (
    Part("viewer", "vera"),
    Part("owner_a", "alice", team="delay-features"),
    Part("owner_b", "bob", team="crm"),
    Part("owner_c", "lena", team="loyalty-data"),
    Part("committee_member", "mia", group=roles.COMMITTEE, scopes=(*PERSON, Scope.ACCESS_DECIDE)),
    Part("committee_member", "marek", group=roles.COMMITTEE, scopes=(*PERSON, Scope.ACCESS_DECIDE)),
    Part("committee_member", "mercy", group=roles.COMMITTEE, scopes=(*PERSON, Scope.ACCESS_DECIDE)),
    Part("committee_chair", "chen", group=roles.CHAIR, scopes=(*PERSON, Scope.ACCESS_DECIDE)),
    Part("auditor", "anna", group=roles.AUDITOR, scopes=(Scope.FEATURES_READ,)),
    Part("admin", "adam", group=roles.ADMIN, scopes=(*PERSON, Scope.ADMIN)),
    Part("service_features_read", "svc-features", scopes=(Scope.FEATURES_READ,), is_service=True),
    Part("service_lineage_write", "svc-lineage", scopes=(Scope.LINEAGE_WRITE,), is_service=True),
    Part("service_authz_evaluate", "svc-authz", scopes=(Scope.AUTHZ_EVALUATE,), is_service=True),
)


@dataclass(slots=True)
class Identity:
    """How to come in as one role. Services have no password."""

    role: str
    username: str
    password: str
    token: str
    team: str
    scopes: list[str] = field(default_factory=list)


def identities_path() -> Path:
    return Path(settings.CHARTER_HOME) / "identities.json"


def seed() -> list[dict[str, object]]:
    """Make the demo, or leave it as it is. Returns one identity a place in the cast, with working secrets."""
    teams = {slug: _team(slug) for slug in TEAMS}
    known = _known_identities()
    identities = known or [asdict(_cast(part, teams)) for part in CAST]
    if not known:
        _keep(identities)
    demo = install(STORE, Path(settings.CHARTER_HOME) / "demo", datetime.now(UTC))
    _connect(teams["data-platform"], demo)
    _tell_day(demo)
    _join(teams["loyalty-models"], "lena")
    current_app.send_task("portal.tasks.seed_access")
    return identities


def _team(slug: str) -> Team:
    name, description, channel = TEAMS[slug]
    return Team.objects.filter(slug=slug).first() or create_team(
        None, actor=None, name=name, slug=slug, description=description, channel=channel, email=f"{slug}@example.org"
    )


def _known_identities() -> list[dict[str, object]]:
    """Those of an earlier seeding, as long as their tokens still work: only their digests are in the database."""
    try:
        kept: list[dict[str, object]] = json.loads(identities_path().read_text())
    except (FileNotFoundError, ValueError):
        return []
    digests = [hash_token(str(one["token"])) for one in kept]
    return kept if len(kept) == AccessToken.known.usable().filter(pk__in=digests).count() else []


def _cast(part: Part, teams: dict[str, Team]) -> Identity:
    password = "" if part.is_service else secrets.token_urlsafe(12)
    user = User.objects.filter(username=part.username).first()
    with transaction.atomic():
        if user is None:
            user = create_user(
                None, actor=None, username=part.username, password=password,
                email=f"{part.username}@example.org", is_service=part.is_service,
            )  # fmt: skip
        elif password:
            reset_password(user, actor=None, password=password)
        if part.group:
            assign_role(user, actor=None, role=part.group)
        if part.team:
            add_member(teams[part.team], actor=None, user=user, is_lead=True)
        _, token = create_token(user, actor=None, name="Demo", scopes=list(part.scopes), days=365)
    return Identity(part.role, part.username, password, token, part.team, [str(scope) for scope in part.scopes])


def _join(team: Team, username: str) -> None:
    """Make somebody of the cast a member of another team."""
    user = User.objects.get(username=username)
    if not team.memberships.filter(user=user).exists():
        add_member(team, actor=None, user=user)


def _keep(identities: list[dict[str, object]]) -> None:
    """Write them where only their owner can read them: the secrets are nowhere else."""
    path = identities_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(identities, file, indent=2)


def _connect(team: Team, demo: InstalledDemo) -> None:
    """Ask for a first pull of the store; what it brings is measured right after."""
    connection = Connection.objects.filter(slug="demo-feast").first() or create_connection(
        team, actor=None, name="Demo Feast", measurements_every=timedelta(minutes=5),
        addresses={"registry_url": demo.registry_url, "offline_url": str(demo.offline_folder),
                   "online_url": demo.online_url},
    )  # fmt: skip
    if not Project.objects.filter(name="people").exists():
        # Restricted before anything is in it, so that nothing personal is listed even for a moment.
        crm = Team.objects.get(slug="crm")
        create_project(crm, actor=None, name="people", connection=connection, visibility=Visibility.RESTRICTED)
    request_pull(connection, kind=PullKind.DEFINITIONS, actor=None)


def _tell_day(demo: InstalledDemo) -> None:
    """What Airflow, dbt and Feast sent on the day that the demo ends with. Told again, it changes nothing."""
    events = day_events(demo.anchored_at, demo.offline_folder)
    keep_events([admit(event) for event in events], sender="svc-lineage")
