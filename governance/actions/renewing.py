"""Renewing a grant: the same is asked for again, by the same way, before or after it ends."""

from governance.actions.requesting import request_access
from governance.models import AccessRequest, Grant, GrantState
from registry.actions.action import Note, action, invalid, lock
from registry.models import User


@action("governance.renew_grant")
def renew_grant(grant: Grant, note: Note, *, actor: User, days: int | None = None) -> AccessRequest:
    """Ask for the same features, purpose and setting for another while. The grant stays as it is until the new one is
    active, which then takes its place."""
    row: Grant = lock(grant)
    if row.state not in (GrantState.ACTIVE, GrantState.EXPIRED) or row.is_emergency:
        raise invalid(grant=f"{row} cannot be renewed: {row.get_state_display().lower()}. Ask for access anew.")
    before = row.item.request
    policy = row.item.policy
    most = policy.most_days if policy else before.days
    note.subject = made = request_access(
        None, actor=actor, versions=[row.version], purpose=row.purpose, why=before.why,
        days=min(days or before.days, most), consumer=row.consumer, setting=row.setting, environment=row.environment,
        renews=row,
    )  # fmt: skip
    note.change("renews", None, str(row))
    return made
