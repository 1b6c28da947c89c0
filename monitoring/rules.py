"""May this actor do this verb to this object? Predicates beside the permissions of monitoring's actions."""

import rules

from monitoring.models import Incident
from registry.models import User
from registry.rules import is_admin, is_owner


@rules.predicate
def answers_for_it(user: User, incident: Incident) -> bool:
    """A living member of the team that has it, or of one that owns something it hits."""
    if not user.is_active:
        return False
    return incident.owner_id in user.team_ids or incident.told.filter(pk__in=user.team_ids).exists()


for _verb in ("acknowledge_incident", "resolve_incident", "mute_incident", "reassign_incident", "annotate_incident"):
    rules.add_perm(f"monitoring.{_verb}", answers_for_it | is_admin)
for _verb in ("change_patience", "pin_reference", "release_reference", "report_checks"):
    rules.add_perm(f"monitoring.{_verb}", is_owner)
rules.add_perm("monitoring.limit_serving", is_owner | is_admin)
