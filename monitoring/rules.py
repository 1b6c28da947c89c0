"""May this actor do this verb to this object? Predicates beside the permissions of monitoring's actions."""

import rules

from monitoring.models import Incident, Parity
from registry.models import Usage, User
from registry.rules import is_admin, is_owner


@rules.predicate
def answers_for_it(user: User, incident: Incident) -> bool:
    """A living member of the team that has it, or of one that owns something it hits."""
    if not user.is_active:
        return False
    return incident.owner_id in user.team_ids or incident.told.filter(pk__in=user.team_ids).exists()


@rules.predicate
def moves_between(user: User, parity: Parity) -> bool:
    """Whoever answers for one of the two views, or for a consumer that reads the old one."""
    if is_owner(user, parity.old) or is_owner(user, parity.new):
        return True
    reads = Usage.objects.filter(feature__view=parity.old, gone_at__isnull=True, consumer__team__in=user.team_ids)
    return user.is_active and reads.exists()


rules.add_perm("monitoring.start_parity", moves_between | is_admin)
for _verb in ("set_move", "drop_move"):
    rules.add_perm(f"monitoring.{_verb}", is_owner | is_admin)
for _verb in ("acknowledge_incident", "resolve_incident", "mute_incident", "reassign_incident", "annotate_incident"):
    rules.add_perm(f"monitoring.{_verb}", answers_for_it | is_admin)
for _verb in ("change_patience", "pin_reference", "release_reference", "report_checks"):
    rules.add_perm(f"monitoring.{_verb}", is_owner)
rules.add_perm("monitoring.limit_serving", is_owner | is_admin)
