"""Reviews of standing grants: what they are about, who answers, what follows."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.actions.following_reviews import follow_reviews
from governance.actions.recertifying import Said, answer_items, cancel_review
from governance.models import (
    Answer,
    Conflict,
    GrantState,
    Policy,
    Recertification,
    RecertificationItem,
    ReviewState,
)
from governance.queries.recertification import Scope
from registry import roles
from registry.models import AuditEntry, Membership, Message, User
from tests.cast import person
from tests.governance.reviewing import begin, granted, item_of, make_reviewing, say

pytestmark = pytest.mark.django_db
WHY = "The model trains on it once a year."


@pytest.fixture
def made(cast: SimpleNamespace) -> SimpleNamespace:
    return make_reviewing(cast)


def later(review: Recertification, **passed: float) -> None:
    """As if it had been started so long ago."""
    back = timedelta(**passed)
    Recertification.objects.filter(pk=review.pk).update(
        started_at=review.started_at - back, due_at=review.due_at - back
    )
    RecertificationItem.objects.filter(review=review, decided_at__isnull=False).update(decided_at=timezone.now() - back)


def test_use_and_advice_are_as_they_were_when_it_started(made: SimpleNamespace) -> None:
    review = begin(made)
    told = {one.grant_id: (one.suggested, one.is_unused, one.reads) for one in review.items.all()}
    assert told == {
        made.used.pk: ("keep", False, 150),
        made.unused.pk: ("revoke", True, 50),
        made.unknown.pk: ("", False, None),
        made.fresh.pk: ("keep", False, 0),
    }
    used = item_of(review, made.used)
    assert (len(used.days_read), used.days_read[-10:]) == (90, "1110000000"[:10])
    assert item_of(review, made.unknown).said_of_use == "use unknown"
    riskiest = [one.grant_id for one in review.items.all()]
    assert riskiest == [made.unused.pk, made.fresh.pk, made.unknown.pk, made.used.pk]


def test_a_grant_that_gives_nothing_is_to_be_revoked(made: SimpleNamespace) -> None:
    made.asking.model.team = made.cast.payments
    made.asking.model.save()
    item = item_of(begin(made), made.used)
    assert item.suggested == "revoke"
    assert "another team" in item.why_suggested


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        (Scope(), 4), (Scope(classes=("direct-identifier", "special-category")), 2), (Scope(unused_days=60), 1),
    ],
)  # fmt: skip
def test_the_scope_narrows(made: SimpleNamespace, scope: Scope, count: int) -> None:
    assert begin(made, scope=scope).items.count() == count


def test_an_empty_scope_and_a_wrong_day_are_refused(made: SimpleNamespace) -> None:
    for said in ({"scope": Scope(owner=made.cast.risk)}, {"days": 0}, {"days": 100}, {"title": " "}):
        with pytest.raises(ValidationError):
            begin(made, **said)
    begin(made)
    with pytest.raises(ValidationError):  # a running one looks at all of them
        begin(made)


def test_only_the_committee_starts_one(made: SimpleNamespace) -> None:
    for who in (made.cast.owner_a, made.cast.admin, made.cast.auditor, made.cast.viewer):
        with pytest.raises(PermissionDenied):
            begin(made, actor=who)


def test_owners_and_the_committee_answer_and_holders_do_not(made: SimpleNamespace) -> None:
    review, cast = begin(made), made.cast
    assert say(review, cast.owner_a, "keep", made.used) == []
    assert say(review, cast.chair, "revoke", made.unused) == []
    with pytest.raises(PermissionDenied):  # bob's team runs the model, and he asked for it
        say(review, cast.owner_b, "keep", made.fresh)
    Membership.objects.create(user=cast.member, team=cast.risk)
    assert "Your own team" in say(review, cast.member, "keep", made.fresh)[0]
    for who in (cast.admin, cast.auditor):
        with pytest.raises(PermissionDenied):
            say(review, who, "keep", made.fresh)


def test_a_conflict_of_interest_keeps_out(made: SimpleNamespace) -> None:
    review = begin(made)
    Conflict.objects.create(user=made.asking.second, team=made.cast.risk)
    Conflict.objects.create(user=made.cast.owner_b, person=made.asking.third, kind="reports-to")
    for who in (made.asking.second, made.asking.third):
        assert "conflict of interest" in say(review, who, "keep", made.used)[0]


def test_the_committee_alone_where_it_was_started_so(made: SimpleNamespace) -> None:
    review = begin(made, owners_decide=False)
    with pytest.raises(PermissionDenied):
        say(review, made.cast.owner_a, "keep", made.used)
    assert say(review, made.cast.member, "keep", made.used) == []


def test_against_the_suggestion_one_says_why(made: SimpleNamespace) -> None:
    review, alice = begin(made), made.cast.owner_a
    assert "against what is suggested" in say(review, alice, "keep", made.unused)[0]
    assert say(review, alice, "keep", made.unused, reason=WHY) == []
    assert say(review, alice, "revoke", made.unknown) == []
    assert "Choose from" in say(review, alice, "yes", made.used)[0]
    assert "without notice" in say(review, alice, "revoke", made.unknown, is_urgent=True)[0]


def test_who_was_first_is_named_and_one_may_mend_ones_own(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    assert "alice has answered already" in say(review, made.cast.member, "keep", made.unused, reason=WHY)[0]
    assert say(review, made.cast.owner_a, "keep", made.unused, reason=WHY) == []
    assert item_of(review, made.unused).answer == Answer.KEEP


def test_each_answer_has_its_audit_entry(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused, made.unknown)
    entries = AuditEntry.objects.filter(object_type="recertificationitem", actor=made.cast.owner_a)
    assert {one.object_key for one in entries} == {f"{one} in {review}" for one in (made.unused, made.unknown)}


def test_notice_of_seven_days_then_the_end(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused, made.unknown)
    assert follow_reviews() == 0  # it can be mended for some minutes
    later(review, minutes=6)
    follow_reviews()
    told = Message.objects.filter(event="access.revoking")
    assert told.count() == 1  # one message for all of risk's
    assert "2 grants" in told.get().title
    item = item_of(review, made.unused)
    assert item.revoke_at
    assert 6 < (item.revoke_at - timezone.now()).days + 1 <= 7
    made.unused.refresh_from_db()
    assert made.unused.state == GrantState.ACTIVE
    RecertificationItem.objects.update(revoke_at=timezone.now() - timedelta(minutes=1))
    follow_reviews()
    made.unused.refresh_from_db()
    assert (made.unused.state, made.unused.ended_by) == (GrantState.REVOKED, made.cast.owner_a)
    assert str(review) in made.unused.reason
    assert follow_reviews() == 0


def test_urgent_ends_at_once(made: SimpleNamespace) -> None:
    review = begin(made)
    assert say(review, made.cast.owner_a, "revoke", made.used, reason="The key has leaked.", is_urgent=True) == []
    made.used.refresh_from_db()
    assert made.used.state == GrantState.REVOKED
    assert item_of(review, made.used).revoked_at is not None


def test_kept_after_all_is_told_to_who_was_told(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    later(review, minutes=6)
    follow_reviews()
    say(review, made.cast.owner_a, "keep", made.unused, reason=WHY)
    assert Message.objects.filter(title__contains="stays after all").exists()
    assert item_of(review, made.unused).revoke_at is None
    say(review, made.cast.owner_a, "revoke", made.unused)
    later(review, minutes=6)
    follow_reviews()
    assert Message.objects.filter(event="access.revoking", title__contains="in 7 days").count() == 2
    pairs = [
        one.changes["answer"] for one in AuditEntry.objects.filter(object_type="recertificationitem").order_by("pk")
    ]
    assert pairs == [["open", "revoke"], ["revoke", "keep"], ["keep", "revoke"]]


def test_reminders_at_half_at_four_fifths_and_on_the_day(made: SimpleNamespace) -> None:
    review = begin(made, days=9)
    heard = Message.objects.filter(event="review.due")
    for days, count in ((3, 0), (2, 2), (1, 2), (2, 4), (1, 4)):
        review.refresh_from_db()
        later(review, days=days)
        follow_reviews()
        assert heard.count() == count
    assert Message.objects.filter(event="review.started").count() == 2  # the owner, and the committee


def test_silence_goes_by_the_policy(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "keep", made.used)
    later(review, days=20)
    follow_reviews()
    review.refresh_from_db()
    assert review.state == ReviewState.COMPLETED
    by_grant = {one.grant_id: one for one in review.items.all()}
    assert by_grant[made.unknown.pk].answer == Answer.REVOKE  # a direct identifier
    assert by_grant[made.unused.pk].answer == Answer.KEEP
    assert by_grant[made.unused.pk].is_by_silence
    told = Message.objects.get(event="review.completed")
    assert "1 were answered by nobody" in told.letter["paragraphs"][0]
    with pytest.raises(ValidationError):
        say(review, made.cast.owner_a, "keep", made.unknown)


def test_the_last_answer_completes_it(made: SimpleNamespace) -> None:
    review = begin(made, scope=Scope(unused_days=60))
    say(review, made.cast.owner_a, "revoke", made.unused)
    review.refresh_from_db()
    assert review.state == ReviewState.COMPLETED
    later(review, minutes=6)
    assert follow_reviews() == 1  # its holder is told


def test_what_ends_by_itself_meanwhile(made: SimpleNamespace) -> None:
    review = begin(made, scope=Scope(unused_days=60))
    type(made.unused).objects.filter(pk=made.unused.pk).update(state=GrantState.EXPIRED, ended_at=timezone.now())
    assert "over already" in say(review, made.cast.owner_a, "revoke", made.unused)[0]
    later(review, days=20)
    follow_reviews()
    assert item_of(review, made.unused).answer == Answer.OVER


def test_called_off_nothing_more_is_revoked(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    with pytest.raises(PermissionDenied):
        cancel_review(review, actor=made.cast.owner_a, reason="I do not like it at all.")
    cancel_review(review, actor=made.cast.chair, reason="The scope was wrong.")
    later(review, days=30)
    RecertificationItem.objects.update(revoke_at=timezone.now() - timedelta(days=1))
    assert follow_reviews() == 0
    made.unused.refresh_from_db()
    assert made.unused.state == GrantState.ACTIVE


def test_the_database_knows_the_ways(made: SimpleNamespace) -> None:
    review = begin(made)
    say(review, made.cast.owner_a, "revoke", made.unused)
    cancel_review(review, actor=made.cast.chair, reason="The scope was wrong.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Recertification.objects.update(state="running")
    with pytest.raises(DatabaseError), transaction.atomic():
        review.items.filter(answer="revoke").update(answer="open")
    with pytest.raises(DatabaseError), transaction.atomic():
        Recertification.objects.all().delete()


def test_who_left_a_second_ago_answers_no_more(made: SimpleNamespace) -> None:
    review = begin(made)
    alice = User.objects.get(pk=made.cast.owner_a.pk)
    assert alice.team_ids  # as the session has it
    Membership.objects.filter(user=alice).delete()
    outcomes = answer_items(review, actor=alice, said=[Said(item_of(review, made.used).pk, "keep")])
    assert isinstance(outcomes[0].refusal, PermissionDenied)


def test_visible_to_each(made: SimpleNamespace) -> None:
    review, cast = begin(made), made.cast
    sees = {who.username: Recertification.objects.visible_to(who).count() for who in
            (cast.owner_a, cast.owner_b, cast.member, cast.auditor, cast.admin, cast.viewer, cast.service)}  # fmt: skip
    assert sees == {"alice": 1, "bob": 0, "mia": 1, "anna": 1, "adam": 1, "vera": 0, "svc-checkout": 0}
    assert RecertificationItem.objects.visible_to(cast.owner_b).count() == 0
    assert RecertificationItem.objects.visible_to(person("pia", role=roles.COMMITTEE)).count() == review.items.count()


def test_break_glass_access_is_reviewed_on_its_own(made: SimpleNamespace) -> None:
    granted(made.asking, made.asking.health, made.scorer, days_ago=0, is_emergency=True)
    assert begin(made).items.count() == 4


def test_without_a_policy_silence_keeps(made: SimpleNamespace) -> None:
    review = begin(made, scope=Scope(classes=("direct-identifier",)))
    Policy.objects.filter(privacy_class="direct-identifier").update(ended_at=timezone.now())
    later(review, days=20)
    follow_reviews()
    assert item_of(review, made.unknown).answer == Answer.KEEP
