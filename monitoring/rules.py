"""May this actor do this? Predicates beside the permissions of monitoring's actions."""

import rules

from registry.rules import is_owner

for _verb in ("pin_reference", "release_reference", "report_checks"):
    rules.add_perm(f"monitoring.{_verb}", is_owner)
