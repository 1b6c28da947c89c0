"""Policies: a change is a new version, and the former one stays with what it decided."""

from typing import Any

from django.utils import timezone

from common.locks import wait_for_lock
from governance.actions.reasons import require_reason
from governance.models import Policy, Setting, StandingApproval
from registry.actions.action import Note, action, invalid, lock
from registry.choices import PERSONAL_CLASSES
from registry.models import FeatureView, User

SAID = (
    "is_automatic", "owner_votes", "committee_votes", "needs_officer", "most_days", "emergency_hours", "conditions",
    "silence",
)  # fmt: skip


@action("governance.change_policy")
def change_policy(
    _parent: None, note: Note, *, actor: User, proposed_by: User, privacy_class: str, setting: str = "",
    environment: str = "", reason: str = "", **said: Any,
) -> Policy:  # fmt: skip
    """Save the next version of the policy for a class, in a setting and an environment where these are named; the first
    one where there was none. What is left out is as it was. Requests that were sent keep the version they were sent
    under. Nobody may do it but by a proposal that was agreed to: see `proposing`."""
    wait_for_lock(f"policy:{privacy_class}.{setting}.{environment}")
    made = next_version(privacy_class, setting, environment, said)
    require_reason(reason)
    current = _current(privacy_class, setting, environment)
    former: Policy | None = current and lock(current)
    made.number, made.created_by, made.note = 1 if former is None else former.number + 1, proposed_by, reason.strip()
    if former is not None:
        former.ended_at = timezone.now()
        former.save(update_fields=["ended_at"])
        made.created_at = former.ended_at
    made.save()
    note.subject = made
    for name in SAID:
        note.change(name, getattr(former, name) if former else None, getattr(made, name))
    return made


@action("governance.change_policy")
def end_policy(policy: Policy, note: Note, *, actor: User, reason: str) -> Policy:
    """Take away a policy that a less particular one stands behind."""
    row: Policy = lock(policy)
    check_end(row)
    require_reason(reason)
    row.ended_at = timezone.now()
    note.change("ended_at", None, row.ended_at)
    row.save(update_fields=["ended_at"])
    return row


def check_end(policy: Policy) -> None:
    """Raise ValidationError where nothing would stand behind it."""
    if policy.ended_at is not None:
        raise invalid(policy=f"{policy} has ended already.")
    others = Policy.objects.current().filter(privacy_class=policy.privacy_class, environment="").exclude(pk=policy.pk)
    if not others.filter(setting__in=["", policy.setting]).exists():
        raise invalid(policy=f"Nothing else says who decides about {policy.get_privacy_class_display().lower()}.")


def next_version(privacy_class: str, setting: str, environment: str, said: dict[str, Any]) -> Policy:
    """What would be saved, checked and not saved: also for trying it on what was decided. Raises ValidationError."""
    if privacy_class not in PERSONAL_CLASSES:
        raise invalid(privacy_class=f"Choose from {', '.join(one.value for one in PERSONAL_CLASSES)}.")
    if setting and setting not in Setting.values:
        raise invalid(setting=f"Choose from {', '.join(Setting.values)}, or leave it out for both.")
    if unknown := sorted(said.keys() - set(SAID)):
        raise invalid(**dict.fromkeys(unknown, f"This cannot be set. Choose from {', '.join(SAID)}."))
    former = _current(privacy_class, setting, environment)
    kept = {name: getattr(former, name) for name in SAID} if former else {}
    made = Policy(privacy_class=privacy_class, setting=setting, environment=environment, **{**kept, **said})
    _check(made)
    return made


def _check(made: Policy) -> None:
    if made.most_days is None or made.most_days < 1:
        raise invalid(most_days="Say for how many days at most it is granted.")
    if not made.is_automatic and not (made.owner_votes or made.committee_votes):
        raise invalid(owner_votes="Somebody has to decide: the owner, or the committee.")
    if made.needs_officer and not made.committee_votes:
        raise invalid(committee_votes="The data protection officer votes in the committee: at least 1.")
    made.clean_fields(exclude=["number", "created_by", "created_at"])


def _current(privacy_class: str, setting: str, environment: str) -> Policy | None:
    here = Policy.objects.current().filter(privacy_class=privacy_class, setting=setting, environment=environment)
    return here.first()


@action("governance.approve_beforehand")
def approve_beforehand(view: FeatureView, note: Note, *, actor: User, reason: str) -> StandingApproval:
    """Agree that what a policy lets be automatic is granted at once for this view."""
    require_reason(reason)
    row: FeatureView = lock(view)
    if row.standing_approvals.filter(ended_at__isnull=True).exists():
        raise invalid(view=f"You have agreed for {row} already.")
    made = StandingApproval.objects.create(view=row, reason=reason.strip(), given_by=actor)
    note.change("is_agreed", False, True)
    return made


@action("governance.approve_beforehand")
def stop_approving_beforehand(view: FeatureView, note: Note, *, actor: User) -> None:
    """From now on each request for it is decided. What was granted stays."""
    row: FeatureView = lock(view)
    ended = row.standing_approvals.filter(ended_at__isnull=True).update(ended_at=timezone.now(), ended_by=actor)
    if ended:
        note.change("is_agreed", True, False)
