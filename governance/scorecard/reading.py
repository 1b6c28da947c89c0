"""Reading the scorecard: every check asked of a scope, with what was stated where nothing can be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.models import PASSED, Attestation, CheckState
from governance.scorecard.catalogue import Check, checks_of
from governance.scorecard.part import CHIPS, Part, Step, together
from governance.scorecard.scope import Scope


@dataclass(frozen=True, slots=True)
class Result:
    """What a check came to. `attestation` is the statement that holds, whether or not it was needed."""

    check: Check
    parts: Sequence[Part]
    attestation: Attestation | None = None

    @property
    def state(self) -> CheckState:
        """Evidence counts before what somebody says; a statement stands only where nothing can be read."""
        found = together(self.parts)
        return CheckState.ATTESTED if found == CheckState.UNKNOWN and self.attestation else found

    @property
    def is_passed(self) -> bool:
        return self.state in PASSED

    @property
    def word(self) -> str:
        """The state as people read it."""
        if self.state == CheckState.ATTESTED and self.attestation:
            return f"Attested until {self.attestation.valid_until:%-d %b %Y}"
        return self.state.label

    @property
    def chip(self) -> str:
        return CHIPS[self.state]

    @property
    def decisive(self) -> Part:
        """The part that says why: the first that is bad, else the first that is unknown."""
        return min(self.parts, key=lambda part: _ORDER[part.state])

    @property
    def step(self) -> Step | None:
        """The one thing to do next; None where nothing is."""
        return None if self.is_passed else self.decisive.step

    @property
    def read_at(self) -> datetime | None:
        """When the oldest of its evidence was seen; None where nobody has looked at some of it."""
        moments = [part.read_at for part in self.parts if part.read_at]
        return min(moments) if moments else None

    @property
    def counted(self) -> tuple[int, int] | None:
        """(met, of) of the part that says why, where it can be counted."""
        part = self.decisive
        return (part.met, part.of) if part.met is not None and part.of else None


_ORDER = {state: at for at, state in enumerate((
    CheckState.NOT_MET, CheckState.PARTLY, CheckState.UNKNOWN, CheckState.ATTESTED, CheckState.MET,
))}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scorecard:
    scope: Scope
    results: Sequence[Result]

    @property
    def passed(self) -> int:
        return sum(one.is_passed for one in self.results)


def scorecard(scope: Scope) -> Scorecard:
    """All checks that can be asked of it."""
    return Scorecard(scope, results_of(scope, checks_of(scope.kind)))


def results_of(scope: Scope, checks: Iterable[Check]) -> list[Result]:
    stated = valid_attestations()
    return [Result(check, _once(check.ask(scope)), stated.get(check.slug)) for check in checks]


def _once(parts: Iterable[Part]) -> list[Part]:
    """Without those that say what one before says: that there is nothing to look at."""
    return list({part.said: part for part in reversed(list(parts))}.values())[::-1]


def chosen_part(parts: Sequence[Part], said: str) -> int | None:
    """Whose objects are listed: of the part that is asked for, else of the first that has some and is not met."""
    with_rows = [at for at, part in enumerate(parts) if part.rows is not None]
    if said.isascii() and said.isdecimal() and len(said) < 3 and int(said) in with_rows:
        return int(said)
    bad = [at for at in with_rows if not parts[at].is_met]
    return bad[0] if bad else with_rows[0] if with_rows else None


def valid_attestations() -> dict[str, Attestation]:
    """Of each check the statement that holds longest."""
    rows = Attestation.objects.valid().select_related("made_by").order_by("valid_until", "id")
    return {one.check_slug: one for one in rows}
