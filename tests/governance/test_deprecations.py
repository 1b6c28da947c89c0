"""Deprecations: announced by any door, told once to each team, answered, extended, waived, escalated, ended."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone

from governance.actions.announcing import announce_deprecation, draft_deprecation, usual_brownouts, usual_sunset
from governance.actions.answering import answer_deprecation, ask_extension, decide_extension, waive_reader
from governance.actions.following import follow_all
from governance.models import Deprecation, Reader
from registry.actions.endings import deprecate_version, plan_brownouts, retire_version, withdraw_deprecation
from registry.models import AuditEntry, Delivery, Follow, Message, Usage, Version
from registry.queries.retirement import blockers_of
from tests.governance.ending import in_days


def announce(ending: SimpleNamespace, **said: Any) -> Deprecation:
    return announce_deprecation(ending.old, actor=ending.cast.owner_a, **(ending.said | said))


def told(event: str) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(message__event=event).order_by("pk")
    return [(one.address, one.message.title) for one in rows]


def reader_of(deprecation: Deprecation, consumer: Any) -> Reader:
    return deprecation.readers.get(consumer=consumer)


def refused(call: Any, *args: Any, **kwargs: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        call(*args, **kwargs)
    return {name: " ".join(messages) for name, messages in refusal.value.message_dict.items()}


def pass_days(deprecation: Deprecation, left: int) -> None:
    """Let time pass until so many days are left."""
    by = (deprecation.version.sunset_on - in_days(left)).days
    Version.objects.filter(pk=deprecation.version_id).update(sunset_on=in_days(left))
    Deprecation.objects.filter(pk=deprecation.pk).update(
        announced_at=deprecation.announced_at - timedelta(days=by),
        told={**deprecation.told, "sunset_on": str(in_days(left))},
    )


def test_each_team_is_told_once_with_what_it_reads_and_what_to_change(ending: SimpleNamespace) -> None:
    made = announce(ending)
    follow_all()
    follow_all()
    title = f"pay.stats.amount@1 goes away on {in_days(100)}"
    assert told("feature.deprecated") == [("risk@example.org", title)]
    letter = Message.objects.get(event="feature.deprecated", deliveries__isnull=False).letter
    assert letter["paragraphs"] == ["In dollars now.", "model:fraud and service:checkout of yours read it."]
    assert ["Type", "int64 → float64"] in letter["facts"]
    assert ["Unit", "cents → none stated"] in letter["facts"]
    assert letter["code"] == ("- stats@v1:amount\n+ stats:amount\n- pay.stats.amount@1\n+ pay.stats.amount@2")
    assert [path.partition("#")[0] for _, path in letter["links"]] == [
        f"/deprecations/{made}/?answer={answer}" for answer in ("acknowledged", "more-time", "not-using")
    ]
    assert {str(one.consumer): bool(one.told_at) for one in made.readers.all()} == {
        "job:nightly": False, "model:fraud": True, "service:checkout": True,
    }  # fmt: skip


def test_followers_are_told_too(ending: SimpleNamespace) -> None:
    Follow.objects.create(user=ending.cast.viewer, feature=ending.feature)
    announce(ending)
    assert sorted(address for address, _ in told("feature.deprecated")) == ["risk@example.org", "vera@example.org"]


def test_what_another_door_deprecates_is_followed(ending: SimpleNamespace) -> None:
    deprecate_version(ending.old, actor=ending.cast.owner_a, reason="Old.", sunset_on=in_days(95))
    assert not Deprecation.objects.exists()
    assert follow_all(ending.feature.project_id) == 1
    held = Deprecation.objects.get()
    assert (held.state, held.readers.count(), held.created_by) == ("announced", 3, None)
    assert len(told("feature.deprecated")) == 1


def test_a_change_is_told_and_so_is_the_end(ending: SimpleNamespace) -> None:
    made = announce(ending)
    deprecate_version(ending.old, actor=ending.cast.owner_a, reason="Old.", sunset_on=in_days(120))
    follow_all()
    follow_all()
    assert [address for address, _ in told("feature.deprecation_changed")] == ["risk@example.org"]
    withdraw_deprecation(ending.old, actor=ending.cast.owner_a)
    follow_all()
    follow_all()
    made.refresh_from_db()
    assert (made.state, made.ended_at is not None) == ("withdrawn", True)
    assert [address for address, _ in told("feature.deprecation_cancelled")] == ["risk@example.org"]
    assert announce(ending).pk != made.pk  # a new one, later


def test_reminders_come_once_each_and_spare_who_acknowledged(ending: SimpleNamespace) -> None:
    made = announce(ending)
    for left in (91, 90, 89, 60, 30, 20):
        with time_machine.travel(ending.said["sunset_on"] - timedelta(days=left)):
            follow_all()
    assert [title for _, title in told("feature.sunset_approaching")] == [
        "pay.stats.amount@1 goes away in 90 days", "pay.stats.amount@1 goes away in 30 days",
    ]  # fmt: skip
    for consumer in (ending.model, ending.service):
        answer_deprecation(reader_of(made, consumer), actor=ending.cast.owner_b, answer="acknowledged")
    for left in (14, 7, 1):
        with time_machine.travel(ending.said["sunset_on"] - timedelta(days=left)):
            follow_all()
    assert [title.rpartition("away ")[2] for _, title in told("feature.sunset_approaching")] == [
        "in 90 days", "in 30 days", "in 7 days", "tomorrow",
    ]  # fmt: skip


def test_a_late_announcement_skips_the_reminders_before_it(ending: SimpleNamespace) -> None:
    announce(ending, kind="legal", sunset_on=in_days(20))
    follow_all()
    assert told("feature.sunset_approaching") == []


def test_who_stops_reading_has_moved_and_who_begins_is_told(ending: SimpleNamespace) -> None:
    made = announce(ending)
    Usage.objects.filter(consumer=ending.service).update(last_seen_at=timezone.now() - timedelta(days=8))
    Usage.objects.filter(consumer=ending.model).update(consumer=ending.job)
    follow_all()
    assert {str(one.consumer): one.state for one in made.readers.all()} == {
        "job:nightly": "told", "model:fraud": "moved", "service:checkout": "moved",
    }  # fmt: skip
    Usage.objects.filter(consumer=ending.service).update(last_seen_at=timezone.now())
    follow_all()
    assert reader_of(made, ending.service).state == "told"


def test_not_using_takes_back_what_was_declared_but_not_what_was_seen(ending: SimpleNamespace) -> None:
    made = announce(ending)
    bob = ending.cast.owner_b
    assert answer_deprecation(reader_of(made, ending.model), actor=bob, answer="not-using").state == "moved"
    assert answer_deprecation(reader_of(made, ending.service), actor=bob, answer="not-using").state == "not-using"
    assert {one.consumer for one in blockers_of(ending.old, None) if one.consumer} == {
        "job:nightly",
        "service:checkout",
    }


def test_more_time_is_asked_and_granted_or_refused(ending: SimpleNamespace) -> None:
    made = announce(ending)
    reader = reader_of(made, ending.model)
    ask = {"actor": ending.cast.owner_b, "reason": "Retraining takes a month."}
    assert "until" in refused(ask_extension, reader, **ask, until=in_days(100))
    assert "reason" in refused(ask_extension, reader, **(ask | {"reason": "slow"}), until=in_days(130))
    asked = ask_extension(reader, **ask, until=in_days(130))
    assert "until" in refused(ask_extension, reader, **ask, until=in_days(131))
    assert "extension_open" in {one.code for one in blockers_of(ending.old, None)}
    assert told("extension.requested") == [
        ("alice@example.org", f"model:fraud asks for time until {in_days(130)} (pay.stats.amount@1)")
    ]
    decide = {"actor": ending.cast.owner_a}
    assert "answer" in refused(decide_extension, asked, **decide, is_granted=False)
    decide_extension(asked, **decide, is_granted=True)
    ending.old.refresh_from_db()
    assert (ending.old.sunset_on, ending.old.ending_kind) == (in_days(130), "replaced")
    assert len(told("extension.decided")) == len(told("feature.deprecation_changed")) == 1
    assert "extension" in refused(decide_extension, asked, **decide, is_granted=True)


def test_past_its_last_day_the_committee_hears_and_may_waive(ending: SimpleNamespace) -> None:
    made, cast = announce(ending), ending.cast
    pass_days(made, -1)
    follow_all()
    follow_all()
    assert sorted(address for address, _ in told("feature.sunset_passed")) == [
        "alice@example.org", "chen@example.org", "mia@example.org",
    ]  # fmt: skip
    Usage.objects.filter(consumer__in=[ending.service, ending.job]).update(gone_at=timezone.now())
    assert "version" in refused(retire_version, ending.old, actor=cast.owner_a)
    waive_reader(reader_of(made, ending.model), actor=cast.member, reason="The model is switched off.")
    ending.old.refresh_from_db()
    assert blockers_of(ending.old, None) == []
    retire_version(ending.old, actor=cast.owner_a)
    follow_all()
    made.refresh_from_db()
    assert made.state == "retired"
    assert [address for address, _ in told("feature.retired")] == ["risk@example.org"]


def test_nothing_retires_by_itself_unless_its_project_says_so(ending: SimpleNamespace) -> None:
    made = announce(ending)
    Usage.objects.update(gone_at=timezone.now())
    pass_days(made, 0)
    follow_all()
    ending.old.refresh_from_db()
    assert ending.old.state == "deprecated"
    type(ending.feature.project).objects.update(retires_alone=True)
    follow_all()
    ending.old.refresh_from_db()
    assert ending.old.state == "retired"
    assert AuditEntry.objects.filter(action="registry.retire_version").get().actor_name == "system"
    assert Deprecation.objects.get().state == "retired"


def test_brownouts_are_told_before_during_and_after(ending: SimpleNamespace) -> None:
    made, now = announce(ending), timezone.now()
    plan = {"actor": ending.cast.owner_a}
    start = now + timedelta(hours=5)
    assert "brownouts" in refused(plan_brownouts, ending.old, **plan, windows=[(now - timedelta(hours=1), now)])
    assert "brownouts" in refused(plan_brownouts, ending.old, **plan, windows=[(start, start + timedelta(hours=49))])
    overlap = [(start, start + timedelta(hours=2)), (start + timedelta(hours=1), start + timedelta(hours=3))]
    assert "brownouts" in refused(plan_brownouts, ending.old, **plan, windows=overlap)
    plan_brownouts(ending.old, **plan, windows=[(start, start + timedelta(hours=1))], is_hard=True)
    for _ in range(2):
        follow_all()
    ending.old.brownouts.update(starts_at=now - timedelta(minutes=5))
    follow_all()
    ending.old.brownouts.update(starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=2))
    follow_all()
    for phase in ("announced", "started", "ended"):
        assert [address for address, _ in told(f"feature.brownout_{phase}")] == ["risk@example.org"], phase
    assert made.readers.count() == 3


def test_who_may_do_what(ending: SimpleNamespace) -> None:
    cast = ending.cast
    for role in ("viewer", "owner_b", "member", "auditor", "admin", "service"):
        with pytest.raises(PermissionDenied):
            announce_deprecation(ending.old, actor=getattr(cast, role), **ending.said)
    made = announce(ending)
    reader, unclaimed = reader_of(made, ending.model), reader_of(made, ending.job)
    for role in ("viewer", "owner_a", "member", "auditor", "service"):
        with pytest.raises(PermissionDenied):
            answer_deprecation(reader, actor=getattr(cast, role), answer="acknowledged")
    answer_deprecation(unclaimed, actor=cast.owner_a, answer="acknowledged")
    for role in ("viewer", "owner_a", "owner_b", "auditor", "admin", "service"):
        with pytest.raises(PermissionDenied):
            waive_reader(reader, actor=getattr(cast, role), reason="It is switched off.")
    asked = ask_extension(reader, actor=cast.owner_b, until=in_days(130), reason="Retraining takes a month.")
    for role in ("viewer", "owner_b", "member", "auditor", "admin", "service"):
        with pytest.raises(PermissionDenied):
            decide_extension(asked, actor=getattr(cast, role), is_granted=True)


def test_a_draft_is_kept_and_announced_once(ending: SimpleNamespace) -> None:
    alice = ending.cast.owner_a
    held = draft_deprecation(ending.old, actor=alice)
    assert draft_deprecation(ending.old, actor=alice) == held
    assert not Deprecation.objects.visible_to(ending.cast.viewer).exists()
    assert announce(ending) == held
    assert Deprecation.objects.visible_to(ending.cast.viewer).exists()
    assert "version" in refused(announce_deprecation, ending.old, actor=alice, **ending.said)
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Deprecation.objects.update(state="draft")


def test_bad_announcements_say_what_is_wrong(ending: SimpleNamespace) -> None:
    for said, field in (
        ({"replacement": None}, "instead"),
        ({"sunset_on": in_days(60)}, "sunset_on"),
        ({"sunset_on": in_days(-1), "kind": "legal"}, "sunset_on"),
        ({"kind": "boredom"}, "kind"),
        ({"reason": " "}, "reason"),
        ({"replacement": ending.old}, "replacement"),
        ({"reminders": [0]}, "reminders"),
    ):
        assert field in refused(announce, ending, **said), field
    assert not Deprecation.objects.exists()
    assert not Message.objects.exists()


def test_the_usual_days_are_working_days() -> None:
    for offset in range(14):
        day = in_days(offset)
        assert usual_sunset(day, 90).weekday() < 4
        assert all(
            start.weekday() < 4 and end.date() < usual_sunset(day, 90)
            for start, end in usual_brownouts(usual_sunset(day, 90))
        )
