"""Statements that a check is met: who may make them, for how long, and that nothing changes them afterwards."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone

from governance.actions.attesting import attest_check, remind_attestations, withdraw_attestation
from governance.models import Attestation
from registry.models import AuditEntry, Delivery
from tests.governance.scoring import state

pytestmark = pytest.mark.django_db
SAID = "Restored the dump of Monday into an empty host; all seals held."


def in_days(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)


def attest(cast: SimpleNamespace, check: str = "restore-drill", **said: Any) -> Attestation:
    usual = {"actor": cast.admin, "statement": SAID, "valid_until": in_days(90)}
    return attest_check(None, check=check, **usual | said)


def refused(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(ValidationError) as refusal, transaction.atomic():
        call(*args, **kwargs)
    return list(refusal.value.message_dict)


def test_it_stands_until_its_day_and_ends_by_itself(cast: SimpleNamespace) -> None:
    made = attest(cast, valid_until=in_days(10))
    assert (state("restore-drill"), made.is_valid) == ("attested", True)
    with time_machine.travel(timezone.now() + timedelta(days=10), tick=False):
        assert state("restore-drill") == "attested"
    with time_machine.travel(timezone.now() + timedelta(days=11), tick=False):
        assert state("restore-drill") == "unknown"
        assert attest(cast, valid_until=in_days(5)).is_valid
        assert state("restore-drill") == "attested"


def test_it_is_in_the_audit_log_with_what_was_said(cast: SimpleNamespace) -> None:
    made = attest(cast, link="https://wiki.example.org/drill")
    entry = AuditEntry.objects.get(action="governance.attest_check")
    assert (entry.actor, entry.object_id, entry.changes["statement"]) == (cast.admin, str(made), [None, SAID])
    withdraw_attestation(made, actor=cast.member, reason="The dump was of another host.")
    entry = AuditEntry.objects.get(action="governance.withdraw_attestation")
    assert (entry.actor, entry.reason) == (cast.member, "The dump was of another host.")


def test_taken_back_it_counts_no_more(cast: SimpleNamespace) -> None:
    made = attest(cast)
    assert refused(withdraw_attestation, made, actor=cast.admin, reason="No.") == ["reason"]
    withdraw_attestation(made, actor=cast.admin, reason="It was another host.")
    assert state("restore-drill") == "unknown"
    assert refused(withdraw_attestation, made, actor=cast.admin, reason="It was another host.") == ["attestation"]


@pytest.mark.parametrize(
    ("check", "said", "fields"),
    [
        ("restore-drill", {"valid_until": in_days(91)}, ["valid_until"]),
        ("cost-alerts", {"valid_until": in_days(181)}, ["valid_until"]),
        ("restore-drill", {"valid_until": in_days(0)}, ["valid_until"]),
        ("restore-drill", {"statement": "Done."}, ["statement"]),
        ("restore-drill", {"link": "javascript:alert(1)"}, ["link"]),
        ("restore-drill", {"link": "wiki/drill"}, ["link"]),
        ("owners", {}, ["check"]),
        ("no-such-check", {}, ["check"]),
    ],
)
def test_what_is_refused(cast: SimpleNamespace, check: str, said: dict[str, Any], fields: list[str]) -> None:
    assert refused(attest, cast, check, **said) == fields
    assert not Attestation.objects.exists()


def test_180_days_where_it_is_no_drill(cast: SimpleNamespace) -> None:
    assert attest(cast, "cost-alerts", valid_until=in_days(180)).is_valid


@pytest.mark.parametrize("who", ["viewer", "owner_a", "auditor", "service"])
def test_who_may_not(cast: SimpleNamespace, who: str) -> None:
    with pytest.raises(PermissionDenied):
        attest(cast, actor=getattr(cast, who))


@pytest.mark.parametrize("who", ["admin", "member", "chair"])
def test_who_may(cast: SimpleNamespace, who: str) -> None:
    assert attest(cast, actor=getattr(cast, who)).made_by == getattr(cast, who)


def test_nothing_changes_or_deletes_what_was_said(cast: SimpleNamespace) -> None:
    made = attest(cast)
    rows = Attestation.objects.filter(pk=made.pk)
    for change in (
        lambda: rows.update(valid_until=in_days(900)), lambda: rows.update(statement="Otherwise."), rows.delete,
    ):  # fmt: skip
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
    withdraw_attestation(made, actor=cast.admin, reason="It was another host.")
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.update(withdrawn_at=None, withdrawn_by=None)


def test_of_two_the_one_that_holds_longest_counts(cast: SimpleNamespace) -> None:
    from governance.scorecard.reading import valid_attestations

    longer, _ = attest(cast, valid_until=in_days(60)), attest(cast, valid_until=in_days(30))
    assert valid_attestations()["restore-drill"] == longer


def test_who_made_it_is_told_before_it_ends_once(cast: SimpleNamespace) -> None:
    def told_in(days: int) -> int:
        with time_machine.travel(now + timedelta(days=days), tick=False):
            return remind_attestations() + remind_attestations()

    now = timezone.now()
    attest(cast, valid_until=in_days(60))
    assert [told_in(days) for days in (0, 45, 46, 50, 57, 60, 61)] == [0, 0, 1, 0, 1, 0, 0]
    mails = Delivery.objects.filter(message__event="scorecard.attestation_ending")
    assert set(mails.values_list("address", flat=True)) == {"adam@example.org"}


def test_nobody_is_told_of_what_another_statement_outlasts(cast: SimpleNamespace) -> None:
    attest(cast, valid_until=in_days(5))
    attest(cast, valid_until=in_days(80))
    assert remind_attestations() == 0
