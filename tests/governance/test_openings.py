"""Asking for what one does not see: the answer tells nothing, owners open or decline, and a team then sees it."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.actions.opening import MOST_A_DAY, ask_to_open, decline_opening, open_up
from governance.models import Opening
from governance.models.openings import ANSWER
from governance.queries.inbox import waiting_count
from registry.actions.guests import close_project
from registry.choices import Visibility
from registry.models import AuditEntry, Feature, Project, Team, User
from tests.cast import api_as, page_as
from tests.factories import ProjectFactory, ViewFactory
from tests.governance.asking import personal

pytestmark = pytest.mark.django_db
THERE, NOWHERE = "secret.v.phone", "secret.v.nothing"
WHY = "A colleague told me of it."


@pytest.fixture
def asking(asking: SimpleNamespace) -> SimpleNamespace:
    """With a restricted project of payments beside it."""
    secret = ProjectFactory(name="secret", owner=asking.cast.payments, visibility=Visibility.RESTRICTED)
    personal(ViewFactory(project=secret, name="v"), "phone", "quasi-identifier")
    return asking


def ask(asking: SimpleNamespace, reference: str = THERE, **said: Any) -> Opening:
    """Of a member of risk, who does not see the restricted project."""
    usual = {"actor": asking.cast.owner_b, "team": Team.objects.get(members=asking.cast.owner_b), "why": WHY}
    return ask_to_open(None, reference=reference, **usual | said)


def refused(work: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        work()
    return " ".join(caught.value.messages)


def sees(user: User) -> bool:
    fresh = User.objects.get(pk=user.pk)
    return Feature.objects.visible_to(fresh).filter(key=THERE).exists()


@pytest.mark.parametrize("reference", [THERE, f"{THERE}@1", "secret.v", NOWHERE, "no.such.thing", "x"])
def test_the_answer_is_the_same_whatever_there_is(asking: SimpleNamespace, reference: str) -> None:
    bob, team = asking.cast.owner_b, Team.objects.get(members=asking.cast.owner_b)
    client = api_as(bob, "access:request")
    body = {"reference": reference, "team": team.slug, "why": WHY}
    told = client.post("/api/v1/project-openings", body, format="json")
    assert (told.status_code, told.json()) == (202, {"detail": ANSWER})
    said = {"reference": f"{reference} ", "team": team.pk, "why": WHY}
    page = page_as(bob).post("/openings/", said, follow=True)
    assert (page.status_code, ANSWER in page.content.decode()) == (200, True)
    is_there = reference in (THERE, f"{THERE}@1", "secret.v")
    assert Opening.objects.filter(about__isnull=False).exists() is is_there
    for entry in AuditEntry.objects.filter(action="governance.ask_to_open"):
        assert (entry.project_id, entry.changes) == (None, {"team": [None, team.slug]})
        assert "secret" not in f"{entry.object_key} {entry.object_id} {entry.reason}"


def test_it_takes_the_same_statements(asking: SimpleNamespace) -> None:
    taken = []
    ask(asking, "no.such.thing")  # what is asked of who asks is known from now on
    for reference in (THERE, NOWHERE):
        with CaptureQueriesContext(connection) as queries:
            ask(asking, reference)
        taken.append(len(queries))
    assert taken[0] == taken[1]


def test_its_owners_open_it_to_the_team(asking: SimpleNamespace) -> None:
    alice, bob = asking.cast.owner_a, asking.cast.owner_b
    before = waiting_count(alice)
    row = ask(asking)
    assert not sees(bob)
    assert waiting_count(User.objects.get(pk=alice.pk)) == before + 1
    assert str(row) in page_as(alice).get("/inbox/").content.decode()
    assert "Open it to" in page_as(alice).get(row.get_absolute_url()).content.decode()
    page_as(alice).post(f"{row.get_absolute_url()}open")
    assert sees(bob)
    assert not sees(asking.cast.viewer)
    assert page_as(bob).get("/f/secret/v/phone/").status_code == 200
    assert "It is open to your team." in page_as(bob).get("/openings/").content.decode()
    assert AuditEntry.objects.filter(action="registry.open_project", project__name="secret").exists()
    assert "see it already" in refused(lambda: ask(asking, actor=User.objects.get(pk=bob.pk)))


def _waiting(user: User) -> list[Opening]:
    return list(Opening.objects.waiting_for(User.objects.get(pk=user.pk)))


def test_it_is_closed_again(asking: SimpleNamespace) -> None:
    row = ask(asking)
    open_up(row, actor=asking.cast.owner_a)
    secret = Project.objects.get(name="secret")
    with pytest.raises(PermissionDenied):
        close_project(secret, actor=asking.cast.owner_b, team=row.team)
    page = page_as(asking.cast.owner_a).get("/p/secret/").content.decode()
    assert f"/p/secret/guests/{row.team.slug}/close" in page
    page_as(asking.cast.owner_a).post(f"/p/secret/guests/{row.team.slug}/close")
    assert not sees(asking.cast.owner_b)
    assert "is not open to" in refused(lambda: close_project(secret, actor=asking.cast.owner_a, team=row.team))


def test_declined_looks_as_before_and_does_not_come_again(asking: SimpleNamespace) -> None:
    row = ask(asking)
    refused(lambda: decline_opening(row, actor=asking.cast.owner_a, reason="No."))
    decline_opening(row, actor=asking.cast.owner_a, reason="It holds telephone numbers.")
    again = ask(asking)
    assert again.about is None
    page = page_as(asking.cast.owner_b).get("/openings/").content.decode()
    assert page.count(ANSWER) == 2
    assert "telephone" not in page
    assert _waiting(asking.cast.owner_a) == []


@pytest.mark.parametrize("who", ["viewer", "owner_b", "member", "admin", "auditor"])
def test_who_answers_is_an_owner(asking: SimpleNamespace, who: str) -> None:
    row, actor = ask(asking), getattr(asking.cast, who)
    for work in (open_up, decline_opening):
        with pytest.raises(PermissionDenied):
            work(row, actor=actor, reason=WHY)
    status = page_as(actor).get(row.get_absolute_url()).status_code
    assert status == (200 if actor.sees_everything else 404)


def test_what_nobody_owns_is_the_committees(asking: SimpleNamespace) -> None:
    row = ask(asking)
    Project.objects.filter(name="secret").update(owner=None)
    assert _waiting(asking.cast.member) == [row]
    open_up(row, actor=asking.cast.member)
    assert sees(asking.cast.owner_b)


def test_it_is_asked_for_the_own_team_a_few_times_a_day(asking: SimpleNamespace) -> None:
    assert "team that you are in" in refused(lambda: ask(asking, team=asking.cast.payments))
    assert "Its owners read it" in refused(lambda: ask(asking, why="Please."))
    for number in range(MOST_A_DAY):
        ask(asking, f"secret.v.guess{number}")
    assert "tomorrow" in refused(lambda: ask(asking))
    assert "tomorrow" in refused(lambda: ask(asking, NOWHERE))


def test_for_programs(asking: SimpleNamespace) -> None:
    row = ask(asking)
    alice = api_as(asking.cast.owner_a, "access:decide")
    [told] = alice.get("/api/v1/project-openings").json()["data"]
    assert (told["id"], told["project"], told["state"]) == (str(row), "secret", "asked")
    assert api_as(asking.cast.owner_b, "access:decide").get("/api/v1/project-openings").json()["data"] == []
    assert api_as(asking.cast.owner_b, "access:decide").post(f"/api/v1/project-openings/{row}/open").status_code == 404
    assert alice.post(f"/api/v1/project-openings/{row}/open").json()["state"] == "opened"
    assert alice.post(f"/api/v1/project-openings/{row}/decline", {"reason": WHY}, format="json").status_code in (
        403,
        422,
    )
