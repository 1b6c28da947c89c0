"""Pages of the committee: who is on it, what waits, what was decided."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.actions.emergencies import break_glass
from governance.models import Committee, Conflict, Seat
from registry.models import Membership, User
from tests.cast import page_as
from tests.governance.asking import ask, decide, in_days

pytestmark = pytest.mark.django_db


def test_everybody_reads_who_decides(asking: SimpleNamespace) -> None:
    Seat.objects.create(user=asking.third, ends_on=in_days(-1), starts_on=in_days(-9))
    Seat.objects.create(user=asking.second, is_officer=True)
    page = page_as(asking.cast.viewer).get("/committee/").content.decode()
    for name in ("mia", "chen", "marek", "mercy"):
        assert name in page
    assert "data protection officer" in page
    assert "Term over since" in page
    assert "Agenda" not in page
    for address in ("/committee/?of=agenda", "/committee/?of=conflicts", "/committee/?of=x"):
        assert page_as(asking.cast.viewer).get(address).status_code == 404
    assert page_as(asking.cast.viewer).get("/committee/minutes/").status_code == 403


def test_the_committee_says_what_it_is(asking: SimpleNamespace) -> None:
    said = {"charge": "Personal data.", "quorum": 2, "days_to_decide": 3, "days_unanswered": 20, "reason": "As agreed",
            "reviews_quarterly": "on", "days_to_review": 21}  # fmt: skip
    assert page_as(asking.cast.owner_a).post("/committee/", said).status_code == 403
    mia = page_as(asking.cast.member)
    assert mia.post("/committee/", said | {"quorum": 9}).status_code == 422
    mia.post("/committee/", said)
    assert Committee.objects.get().quorum == 2
    assert "2 votes, whatever a policy says" in mia.get("/committee/").content.decode()


def test_seats_are_the_chairs_and_never_ones_own(asking: SimpleNamespace) -> None:
    said = {"user": "mia", "starts_on": in_days(0), "ends_on": in_days(300), "is_officer": "on"}
    assert page_as(asking.cast.member).post("/committee/seat", said).status_code == 403
    chen = page_as(asking.cast.chair)
    chen.post("/committee/seat", said)
    assert asking.cast.member.seat.is_officer
    assert chen.post("/committee/seat", said | {"user": "chen"}).status_code == 403
    assert "There is no such person" in chen.post("/committee/seat", said | {"user": "nobody"}).content.decode()
    assert chen.post("/committee/seat", said | {"user": "x\0"}).status_code == 422


def test_a_delegate_for_a_while(asking: SimpleNamespace) -> None:
    mia = page_as(asking.cast.member)
    mia.post("/committee/delegate", {"delegate": "vera", "since": in_days(0), "until": in_days(9)})
    assert asking.cast.member.seat.delegate == asking.cast.viewer
    assert mia.post("/committee/delegate", {"delegate": "chen", "until": in_days(9)}).status_code == 422
    assert page_as(asking.cast.viewer).post("/committee/delegate", {"delegate": "bob"}).status_code == 403
    mia.post("/committee/delegate", {"delegate": ""})
    asking.cast.member.seat.refresh_from_db()
    assert asking.cast.member.seat.delegate is None


def test_conflicts_are_declared_by_each_and_removed_by_the_chair(asking: SimpleNamespace) -> None:
    mia, chen = page_as(asking.cast.member), page_as(asking.cast.chair)
    mia.post("/committee/conflicts", {"kind": "declared", "team": "risk", "reason": "I worked there."})
    held = Conflict.objects.get()
    assert (held.user, held.team) == (asking.cast.member, asking.cast.risk)
    wrong = mia.post("/committee/conflicts", {"kind": "declared", "user": "chen", "person": "bob"})
    assert "The chair records it for others" in wrong.content.decode()
    assert "I worked there." in chen.get("/committee/?of=conflicts").content.decode()
    assert mia.post(f"/committee/conflicts/{held.pk}/remove").status_code == 403
    chen.post(f"/committee/conflicts/{held.pk}/remove")
    assert not Conflict.objects.exists()


def test_the_agenda_holds_what_waits_for_the_committee(asking: SimpleNamespace) -> None:
    theirs, owners = ask(asking, asking.postcode), ask(asking, asking.email)
    mia = page_as(asking.cast.member)
    assert "Nothing waits for the committee" in mia.get("/committee/?of=agenda").content.decode()
    decide(theirs, asking.cast.owner_a)
    type(owners).objects.filter(pk=owners.pk).update(due_at=timezone.now() - timedelta(hours=1))
    Membership.objects.filter(user=asking.cast.owner_b).update(is_lead=True)
    emergency = break_glass(
        None, actor=User.objects.get(pk=asking.cast.owner_b.pk), versions=[asking.health], purpose=asking.fraud,
        incident="INC-7", why="Cards are being drained right now.", consumer=asking.model,
    )  # fmt: skip
    page = mia.get("/committee/?of=agenda").content.decode()
    assert "1 of 2 approvals" in page
    assert "3 points" in page
    for one in (theirs, owners, emergency):
        assert str(one) in page
    assert page.index("Requests to decide") < page.index(str(theirs)) < page.index("Break-glass access to review")
    assert page.index("Overdue with their owners") < page.index(str(owners))


def test_the_agenda_takes_few_statements(asking: SimpleNamespace) -> None:
    counts = []
    for version in (asking.postcode, asking.email, asking.health):
        decide(ask(asking, version), asking.cast.owner_a)
        client = page_as(asking.cast.member)
        with CaptureQueriesContext(connection) as taken:
            client.get("/committee/?of=agenda")
        counts.append(len(taken))
    assert counts[0] == counts[-1] <= 12


def test_minutes_are_written_from_decisions(asking: SimpleNamespace) -> None:
    request = ask(asking, asking.postcode)
    decide(request, asking.cast.owner_a, reason="It fits our contract.")
    decide(request, asking.cast.member, reason="Assessed last month.")
    said = {"charge": "Personal data.", "quorum": 1, "days_to_decide": 3, "days_unanswered": 20, "days_to_review": 28,
            "reason": "As agreed"}  # fmt: skip
    page_as(asking.cast.member).post("/committee/", said)
    for who in (asking.cast.member, asking.cast.auditor, asking.cast.admin):
        page = page_as(who).get("/committee/minutes/").content.decode()
        for text in (str(request), "It fits our contract.", "Assessed last month.", "As agreed", "approved"):
            assert text in page
    anna = page_as(asking.cast.auditor)
    lines = b"".join(anna.get("/committee/minutes/?format=csv")).decode()  # type: ignore[call-overload]
    assert lines.count(str(request)) == 2
    assert "change_committee" in lines
    assert (
        "Nothing was decided then" in anna.get("/committee/minutes/?since=2020-01-01&until=2020-02-01").content.decode()
    )
    assert "That is no day" in anna.get("/committee/minutes/?since=2020-13-01").content.decode()
    assert str(request) in anna.get(f"/committee/minutes/?since={in_days(0)}&until={in_days(-3)}").content.decode()
