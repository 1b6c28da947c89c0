"""The life of a grant: active, reminded of, expired, renewed, revoked; and break-glass access."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, transaction
from django.utils import timezone

from governance.actions.deciding import review_emergency
from governance.actions.emergencies import break_glass
from governance.actions.escalating import escalate_due
from governance.actions.granting import end_due, revoke_grant
from governance.actions.purposes import end_purpose
from governance.actions.renewing import renew_grant
from governance.models import AccessRequest, Grant, GrantState, RequestState
from governance.queries.living import why_not_now
from registry.models import AuditEntry, Delivery, Membership, Message, Usage, Version
from tests.governance.asking import ask, decide

pytestmark = pytest.mark.django_db
WHY = "The ranker serves nonsense, we have to look."


def make_grant(asking: SimpleNamespace, days: int = 90) -> Grant:
    request = ask(asking, asking.postcode, days=days)
    decide(request, asking.cast.owner_a)
    decide(request, asking.cast.member)
    return Grant.objects.get(item__request=request)


def later(**by: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**by))


def test_it_is_evidence_that_the_consumer_reads(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    usage = Usage.objects.get(evidence="grant")
    assert (usage.consumer, usage.number, usage.gone_at) == (asking.model, 1, None)
    revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    usage.refresh_from_db()
    assert usage.gone_at is not None


def test_it_expires_and_is_told_of_twice_before(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    assert end_due() == 0
    for days, at in ((14, 77), (3, 88)):
        with later(days=at):
            assert end_due() == 1
            assert end_due() == 0
        grant.refresh_from_db()
        assert days in grant.reminded
    assert Message.objects.filter(event="access.expiring").count() == 2
    with later(days=91):
        assert not Grant.objects.active().exists()  # before anybody has looked
        end_due()
    grant.refresh_from_db()
    assert (grant.state, grant.ended_by) == (GrantState.EXPIRED, None)
    assert Message.objects.filter(event="access.expired").count() == 1
    assert AuditEntry.objects.get(action="governance.expire_grant").actor_name == "system"


def test_a_short_one_is_not_told_of_at_once(asking: SimpleNamespace) -> None:
    make_grant(asking, days=10)
    assert end_due() == 0
    with later(days=8):
        assert end_due() == 1


@pytest.mark.parametrize("who", ["owner_a", "owner_b", "member", "chair", "admin"])
def test_who_revokes(asking: SimpleNamespace, who: str) -> None:
    """The owner, who holds it, the committee, administrators."""
    grant = make_grant(asking)
    revoke_grant(grant, actor=getattr(asking.cast, who), reason="Nobody needs it any longer.")
    grant.refresh_from_db()
    assert grant.state == GrantState.REVOKED
    assert Delivery.objects.filter(message__event="access.revoked").exists()


@pytest.mark.parametrize("who", ["viewer", "auditor", "service"])
def test_who_does_not(asking: SimpleNamespace, who: str) -> None:
    with pytest.raises(PermissionDenied):
        revoke_grant(make_grant(asking), actor=getattr(asking.cast, who), reason="Nobody needs it any longer.")


def test_revoking_needs_a_reason_and_happens_once(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    with pytest.raises(ValidationError, match="Say why"):
        revoke_grant(grant, actor=asking.cast.member, reason="No.")
    revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    with pytest.raises(ValidationError, match="over already"):
        revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")


def test_renewed_it_takes_the_place_of_the_former(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    request = renew_grant(grant, actor=asking.bella)  # of the consumer's team
    assert request.renews == grant
    decide(request, asking.cast.owner_a)
    grant.refresh_from_db()
    assert grant.state == GrantState.ACTIVE  # until the new one is there
    decide(request, asking.second)
    grant.refresh_from_db()
    assert grant.state == GrantState.SUPERSEDED
    assert [one.item.request for one in Grant.objects.active()] == [request]


@pytest.mark.parametrize("who", ["viewer", "owner_a", "auditor"])
def test_who_does_not_renew(asking: SimpleNamespace, who: str) -> None:
    with pytest.raises(PermissionDenied):
        renew_grant(make_grant(asking), actor=getattr(asking.cast, who))


def test_what_it_is_bound_to_never_changes(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    for name, value in {"version": asking.email, "setting": "online", "purpose": asking.marketing}.items():
        with pytest.raises(Error, match="grant_is_bound"), transaction.atomic():
            Grant.objects.filter(pk=grant.pk).update(**{name: value})
    with pytest.raises(Error, match="grant_is_kept"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).delete()
    revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    with pytest.raises(Error, match="grant_states"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(state="active")


def test_it_ends_with_what_it_was_given_to(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    asking.model.team = asking.cast.payments
    asking.model.save()
    assert "another team" in why_not_now(Grant.objects.with_names().get(pk=grant.pk))
    asking.model.team = asking.cast.risk
    asking.model.save()
    Version.objects.filter(pk=asking.postcode.pk).update(privacy_class="direct-identifier")
    assert "class" in why_not_now(Grant.objects.with_names().get(pk=grant.pk))
    Version.objects.filter(pk=asking.postcode.pk).update(privacy_class="quasi-identifier", purposes=["billing"])
    assert "contract" in why_not_now(Grant.objects.with_names().get(pk=grant.pk))
    Version.objects.filter(pk=asking.postcode.pk).update(purposes=["fraud"])
    assert why_not_now(Grant.objects.with_names().get(pk=grant.pk)) == ""
    end_purpose(asking.fraud, actor=asking.cast.chair, reason="The project is over.")
    assert "has ended" in why_not_now(Grant.objects.with_names().get(pk=grant.pk))


def test_who_sees_it(asking: SimpleNamespace) -> None:
    make_grant(asking)
    people = {name: one for name, one in vars(asking.cast).items() if hasattr(one, "role_names")}
    seen = {name for name, one in people.items() if Grant.objects.visible_to(one).exists()}
    assert seen == {"owner_a", "owner_b", "member", "chair", "auditor", "admin"}


def test_any_day_can_be_asked_for(asking: SimpleNamespace) -> None:
    grant = make_grant(asking)
    start = grant.starts_at
    with later(days=10):
        revoke_grant(grant, actor=asking.cast.member, reason="Nobody needs it any longer.")
    days = [start - timedelta(days=1), start + timedelta(days=1), start + timedelta(days=11)]
    assert [Grant.objects.active_at(day).count() for day in days] == [0, 1, 0]


def test_break_glass(asking: SimpleNamespace) -> None:
    alice = asking.cast.owner_a  # leads a team
    request = break_glass(None, actor=alice, versions=[asking.email], purpose=asking.fraud, incident="INC-7", why=WHY)
    grant = Grant.objects.active().get()
    assert grant.ends_at - grant.starts_at == timedelta(hours=4)
    assert (grant.user, grant.is_emergency, request.state) == (alice, True, RequestState.APPROVED)
    assert Message.objects.filter(event="access.emergency").count() == 1
    with pytest.raises(PermissionDenied):
        review_emergency(request, actor=alice, is_right=True, reason="It was needed.")
    review_emergency(request, actor=asking.cast.member, is_right=False, reason="Nobody had an incident.")
    grant.refresh_from_db()
    assert grant.state == GrantState.REVOKED
    with pytest.raises(ValidationError, match="does not wait"):
        review_emergency(request, actor=asking.cast.member, is_right=True, reason="It was needed.")


def test_break_glass_is_for_leads_and_incidents(asking: SimpleNamespace) -> None:
    said = {"versions": [asking.email], "purpose": asking.fraud, "why": WHY}
    with pytest.raises(PermissionDenied):
        break_glass(None, actor=asking.cast.owner_b, incident="INC-7", **said)
    with pytest.raises(ValidationError, match="Name the incident"):
        break_glass(None, actor=asking.cast.owner_a, incident=" ", **said)
    assert not AccessRequest.objects.exists()


def test_break_glass_is_not_renewed(asking: SimpleNamespace) -> None:
    break_glass(
        None, actor=asking.cast.owner_a, versions=[asking.email], purpose=asking.fraud, incident="INC-7", why=WHY
    )  # fmt: skip
    with pytest.raises(ValidationError, match="cannot be renewed"):
        renew_grant(Grant.objects.get(), actor=asking.cast.owner_a)


def test_the_chair_is_told_and_in_the_end_it_is_over(asking: SimpleNamespace) -> None:
    with time_machine.travel("2026-11-30T09:00Z", tick=False):  # a Monday
        request = ask(asking, asking.postcode)
        assert request.due_at.isoformat() == "2026-12-02T09:00:00+00:00"
        assert escalate_due() == 0
    with time_machine.travel("2026-12-02T00:30Z"):
        assert (escalate_due(), escalate_due()) == (1, 0)
    assert [one.address for one in Delivery.objects.filter(message__event="access.overdue")] == ["chen@example.org"]
    with time_machine.travel("2026-12-21T09:00Z"):
        escalate_due()
    request.refresh_from_db()
    assert request.state == RequestState.UNANSWERED
    assert Message.objects.filter(event="access.unanswered").count() == 1


def test_nobody_reviews_break_glass_access_of_the_own_team(asking: SimpleNamespace) -> None:
    request = break_glass(
        None, actor=asking.cast.owner_a, versions=[asking.email], purpose=asking.fraud, incident="INC-7", why=WHY
    )  # fmt: skip
    Membership.objects.create(user=asking.cast.member, team=asking.cast.payments)
    with pytest.raises(PermissionDenied):
        review_emergency(request, actor=asking.cast.member, is_right=True, reason="It was needed.")
    review_emergency(request, actor=asking.second, is_right=True, reason="It was needed.")
