"""How checks stood on the days before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from governance.models import PASSED, CheckState, ScorecardDay
from governance.scorecard.part import CHIPS
from governance.scorecard.scope import Scope
from registry.models import Project

DAYS = 30
# A strip has no colour of its own for what was attested: it passed.
_CELLS = CHIPS | {CheckState.ATTESTED: "ok"}


@dataclass(frozen=True, slots=True)
class Past:
    """A check on the last days, the oldest first; None where nothing was kept."""

    days: Sequence[tuple[date, ScorecardDay | None]]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """For `{% strip %}`."""
        return [
            (_CELLS[CheckState(held.state)] if held else "none", f"{day:%-d %b}: {_said(held)}")
            for day, held in self.days
        ]

    @property
    def said(self) -> str:
        kept = [held for _, held in self.days if held]
        passed = sum(held.state in PASSED for held in kept)
        return f"Passed on {passed} of {len(kept)} days" if kept else "Nothing is kept of the days before"


def _said(held: ScorecardDay | None) -> str:
    if held is None:
        return "not kept"
    of = f", {held.met:,} of {held.of:,}" if held.of else ""
    return f"{CheckState(held.state).label.lower()}{of}"


def past_of(scope: Scope, *, days: int = DAYS) -> dict[str, Past]:
    """By check. What was kept counts everything in the scope, so it is only for those who see all of it: nothing is
    told where a project is hidden from who asks. Of views nothing is kept."""
    span = [scope.now.date() - timedelta(days=back) for back in range(days - 1, -1, -1)]
    if scope.view is not None or not _sees_all(scope):
        return {}
    rows = ScorecardDay.objects.filter(project=scope.project, day__gte=span[0])
    held: dict[str, dict[date, ScorecardDay]] = defaultdict(dict)
    for row in rows:
        held[row.check_slug][row.day] = row
    return {slug: Past([(day, of.get(day)) for day in span]) for slug, of in held.items()}


def _sees_all(scope: Scope) -> bool:
    """Drafts of others are in no check."""
    if scope.actor is None or scope.project is not None:
        return True
    return not Project.objects.exclude(pk__in=scope.project_ids).exists()
