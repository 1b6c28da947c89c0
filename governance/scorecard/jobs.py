"""Evidence that jobs bring: runs about the installation itself, such as a restore drill."""

from datetime import timedelta

from common.quantities import relative
from governance.models import CheckState
from governance.scorecard.part import Part, Step
from governance.scorecard.scope import Scope
from lineage.models import RunState
from lineage.queries.proving import PROOFS

# What may be told of so.
NAMES = ("backup", "restore-drill", "quick-start", "local-environment")


def proved(scope: Scope, name: str, holds: timedelta, what: str, step: Step) -> Part:
    """What the last run of the job `name` of charter-checks says, as long as it `holds`."""
    run = scope.proofs.get(name)
    if run is None:
        return Part(CheckState.UNKNOWN, f"No run of {PROOFS}/{name} was reported.", step)
    at = run.ended_at or run.last_at
    ago = relative(at, now=scope.now)
    if scope.now - at > holds:
        return Part(CheckState.UNKNOWN, f"{what} was reported {ago}, too long ago to count.", step, read_at=at)
    is_good = run.state == RunState.COMPLETED
    said = f"{what} {'went well' if is_good else 'failed'} {ago}."
    return Part(CheckState.MET if is_good else CheckState.NOT_MET, said, step, read_at=at)
