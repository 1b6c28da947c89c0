"""Where the audit log cannot be written, nothing happens: whoever asks, whatever is asked, through whichever door."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from registry.actions.connections import create_connection
from registry.actions.features import describe_feature, follow_feature, tag_feature
from registry.actions.people import add_member, assign_role, create_team, create_user, remove_member
from registry.actions.projects import change_project, create_project
from registry.actions.tokens import create_token, revoke_token
from registry.actions.versions import quarantine_version
from registry.models import (
    AccessToken,
    AuditEntry,
    Connection,
    Feature,
    Follow,
    Membership,
    Project,
    Team,
    User,
    Version,
    WaitingEntry,
)
from tests.cast import api_as, page_as
from tests.factories import FeatureFactory, ProjectFactory, ViewFactory

pytestmark = pytest.mark.django_db
_REFUSE = """
CREATE FUNCTION refuse_entry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON registry_auditentry FOR EACH ROW EXECUTE FUNCTION refuse_entry();
"""
Act = Callable[[SimpleNamespace, SimpleNamespace, User], Any]
ACTIONS: dict[str, Act] = {
    "describe": lambda cast, made, actor: describe_feature(made.feature, description="New words.", actor=actor),
    "tag": lambda cast, made, actor: tag_feature(made.feature, tags={"gold": ""}, actor=actor),
    "follow": lambda cast, made, actor: follow_feature(made.feature, actor=actor),
    "quarantine": lambda cast, made, actor: quarantine_version(made.version, actor=actor, reason="Wrong numbers"),
    "create user": lambda cast, made, actor: create_user(None, actor=actor, username="eve"),
    "create team": lambda cast, made, actor: create_team(None, actor=actor, name="Eve's"),
    "add member": lambda cast, made, actor: add_member(cast.payments, actor=actor, user=cast.viewer),
    "remove member": lambda cast, made, actor: remove_member(cast.payments, actor=actor, user=cast.owner_a),
    "assign role": lambda cast, made, actor: assign_role(cast.viewer, actor=actor, role="auditor"),
    "create project": lambda cast, made, actor: create_project(cast.payments, actor=actor, name="hidden"),
    "change project": lambda cast, made, actor: change_project(made.project, actor=actor, visibility="restricted"),
    "create connection": lambda cast, made, actor: create_connection(
        cast.payments, actor=actor, name="Store", addresses={"registry_url": "/tmp/registry.db"}  # noqa: S108
    ),
    "create token": lambda cast, made, actor: create_token(actor, actor=actor, name="t", scopes=["features:read"]),
    "revoke token": lambda cast, made, actor: revoke_token(made.token, actor=actor),
}  # fmt: skip
# Who may do it beside a superuser, who may do everything.
OWNERS = ("describe", "tag", "quarantine", "change project", "add member", "remove member")
CASES = [*((what, "superuser") for what in ACTIONS),
         *((what, "owner_a" if what in OWNERS else "admin") for what in ACTIONS)]  # fmt: skip


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    project = ProjectFactory(name="payments", owner=cast.payments)
    feature = FeatureFactory(view=ViewFactory(project=project), name="amount")
    token, _ = AccessToken.objects.create(user=cast.admin, name="old", scopes=["features:read"])
    cast.superuser = User.objects.create_superuser("root")
    return SimpleNamespace(project=project, feature=feature, version=feature.versions.get(), token=token)


@pytest.fixture
def refused(made: SimpleNamespace) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE)


def everything() -> list[Any]:
    """What actions change, as it stands."""
    rows = [
        list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for model in (User, Team, Membership, Project, Feature, Version, Connection, AccessToken, Follow, AuditEntry,
                      WaitingEntry)
    ]  # fmt: skip
    return [*rows, list(User.groups.through.objects.order_by("pk").values()), Group.objects.count()]


@pytest.mark.parametrize(("what", "who"), CASES)
def test_nothing_changes(cast: SimpleNamespace, made: SimpleNamespace, what: str, who: str) -> None:
    """First that the action would have changed something, then that it does not."""
    actor, before = getattr(cast, who), everything()
    with transaction.atomic():
        ACTIONS[what](cast, made, actor)
        changed = everything()
        transaction.set_rollback(True)
    assert changed != before
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE)
    with pytest.raises(DatabaseError, match="no room"), transaction.atomic():
        ACTIONS[what](cast, made, actor)
    assert everything() == before


def test_the_system_is_not_exempt(cast: SimpleNamespace, refused: None) -> None:
    before = everything()
    with pytest.raises(DatabaseError, match="no room"), transaction.atomic():
        add_member(cast.payments, actor=None, user=cast.viewer)
    assert everything() == before


def test_an_endpoint_answers_that_it_did_not_work(cast: SimpleNamespace, made: SimpleNamespace, refused: None) -> None:
    client = api_as(cast.superuser, "features:read", "features:write", "admin")
    client.raise_request_exception = False
    before = everything()
    answer = client.patch(
        f"/api/v1/features/{made.feature.key}", {"description": "New words."}, format="json",
        headers={"If-Match": "*", "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert answer.status_code == 500
    assert "no room" not in answer.content.decode()
    assert everything()[2:] == before[2:]


def test_a_page_answers_that_it_did_not_work(cast: SimpleNamespace, made: SimpleNamespace, refused: None) -> None:
    browser = page_as(cast.admin)
    browser.raise_request_exception = False
    before = everything()
    answer = browser.post(f"/f/{made.feature.key.replace('.', '/')}/follow/")
    assert answer.status_code == 500
    assert everything()[2:] == before[2:]
