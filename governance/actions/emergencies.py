"""Break-glass access: at once, for hours, with the number of an incident, and reviewed afterwards without exception."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils import timezone

from governance import access_letters as letters
from governance.actions.granting import grant_item
from governance.actions.requesting import SHORTEST_WHY
from governance.clock import after_working_days
from governance.models import (
    MOST_ITEMS,
    AccessRequest,
    Decision,
    Outcome,
    Policy,
    Purpose,
    RequestItem,
    RequestState,
    Setting,
    Slot,
    Verdict,
)
from governance.queries.asking import as_now, faults_of_items, subject_of
from governance.queries.committee import members
from governance.queries.policies import current_policies, policy_for
from registry.actions.action import Note, action
from registry.actions.telling import tell
from registry.actions.versions import refuse
from registry.models import Consumer, User, Version

LONGEST_INCIDENT = 120


@action("governance.break_glass")
def break_glass(
    _parent: None, note: Note, *, actor: User, versions: Collection[Version], purpose: Purpose, incident: str, why: str,
    consumer: Consumer | None = None, setting: str = Setting.OFFLINE, environment: str = "",
) -> AccessRequest:  # fmt: skip
    """Take access in an emergency. It lasts as many hours as the strictest of the policies says; the committee is told
    at once and reviews it."""
    row = AccessRequest(
        requester=actor, purpose=purpose, why=why.strip(), days=1, consumer=consumer, setting=setting,
        environment=environment, is_emergency=True, incident=incident.strip(),
        team=consumer.team if consumer else None,
    )  # fmt: skip
    policies = current_policies()
    asked = as_now(versions, actor)
    chosen = {one: policy_for(policies, one.privacy_class, setting, environment) for one in asked}
    refuse(_faults(row, chosen) or faults_of_items(row, chosen))
    now = timezone.now()
    row.state, row.sent_at, row.decided_at = RequestState.APPROVED, now, now
    row.due_at = after_working_days(now, 1)
    row.save()
    note.subject, note.reason = row, f"{row.incident}: {row.why}"
    _grant(row, chosen)
    _tell(row)
    return row


def _faults(row: AccessRequest, chosen: dict[Version, Policy | None]) -> dict[str, str]:
    found = {}
    if not row.purpose or not row.purpose.is_usable:
        found["purpose"] = f"{row.purpose} has ended or waits for its review, so nothing is granted for it."
    elif other := [str(one) for one in chosen if row.purpose.name not in one.purposes]:
        found["items"] = f"The contract of {', '.join(other)} does not allow {row.purpose}."
    if not 0 < len(chosen) <= MOST_ITEMS:
        found["items"] = f"Ask for 1 to {MOST_ITEMS} features."
    if not 0 < len(row.incident) <= LONGEST_INCIDENT:
        found["incident"] = f"Name the incident, such as INC-204, in at most {LONGEST_INCIDENT} characters."
    if len(row.why) < SHORTEST_WHY:
        found["why"] = f"Say in {SHORTEST_WHY} characters or more what you have to do. The committee reads it."
    if row.consumer is not None and row.consumer.team_id not in row.requester.team_ids:
        found["consumer"] = f"Only the team that runs {row.consumer} takes access for it."
    if closed := [str(one) for one, policy in chosen.items() if policy and not policy.emergency_hours]:
        found["items"] = f"There is no break-glass access to {', '.join(closed)}."
    return found


def _grant(row: AccessRequest, chosen: dict[Version, Policy | None]) -> None:
    hours = min(policy.emergency_hours for policy in chosen.values() if policy)
    items = [
        RequestItem.objects.create(
            request=row, version=version, outcome=Outcome.APPROVED, subject=subject_of(row), purpose=row.purpose,
            setting=row.setting, privacy_class=version.privacy_class, policy=policy,
            owner=version.feature.answering_team,
        )
        for version, policy in chosen.items()
    ]  # fmt: skip
    Decision.objects.create(
        request=row, round=1, voter=row.requester, slot=Slot.EMERGENCY, verdict=Verdict.APPROVE,
        approved=[item.pk for item in items], reason=f"{row.incident}: {row.why}",
    )  # fmt: skip
    for item in items:
        grant_item(
            item, actor=None, lasts=timedelta(hours=hours), setting=row.setting, conditions=[], is_emergency=True
        )  # fmt: skip


def _tell(row: AccessRequest) -> None:
    owners = {item.owner for item in row.items.select_related("owner") if item.owner}
    letter = letters.to_decide(row, "You get this because break-glass access is reviewed without exception.")
    data: dict[str, Any] = {"request": str(row), "incident": row.incident}
    tell(
        "access.emergency", key=f"{row} emergency", title=f"{row}: {row.requester} has used break-glass access",
        letter=letter, data=data, teams=owners, users=members(),
    )  # fmt: skip
