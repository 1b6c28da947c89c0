"""How classes flow along column edges. Pure: claims and ways in, the most sensitive evidence of each column out.

A class goes wherever the value itself goes. Only what a producer calls masked lowers it, to that of a masked copy; a
producer that says nothing about masking, as dbt does of `md5(email)`, has not said that it masks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from uuid import UUID

from lineage.models import Sure
from registry.choices import PrivacyClass
from registry.personal import PERSONAL

# From harmless to most sensitive. What is personal, and nobody says how, is more than a pseudonym until somebody does.
LEVELS = (
    PrivacyClass.NONE, PrivacyClass.PSEUDONYMOUS, PERSONAL, PrivacyClass.QUASI_IDENTIFIER,
    PrivacyClass.DIRECT_IDENTIFIER, PrivacyClass.SPECIAL_CATEGORY,
)  # fmt: skip
# How a step was told.
MASKED, OPEN, UNSAID, VIEW = "masked", "not masked", "masking unknown", "view"
_SURE = (Sure.STATED, Sure.SUSPECTED, Sure.POSSIBLE)

Column = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody says that a column is personal. `is_of_column`: of this very column, not of the table around it."""

    column: Column
    privacy_class: str
    kind: str
    said: str
    said_by: str = ""
    feature: int | None = None
    is_of_column: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """A column whose value goes into another one. `masking` is None where nobody says."""

    source: Column
    target: Column
    masking: bool | None
    is_of_view: bool = False  # the registry says so, of a view's own column

    @property
    def told(self) -> str:
        if self.is_of_view:
            return VIEW
        return UNSAID if self.masking is None else MASKED if self.masking else OPEN


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a column: a claim, and the ways from the claimed column to it."""

    claim: Claim
    privacy_class: str
    is_masked: bool = False
    ways: tuple[Way, ...] = ()

    @property
    def sure(self) -> Sure:
        if not self.claim.is_of_column:
            return Sure.POSSIBLE
        return Sure.SUSPECTED if self.ways else Sure.STATED

    @property
    def column(self) -> Column:
        return self.ways[-1].target if self.ways else self.claim.column

    @property
    def path(self) -> list[dict[str, str]]:
        """[{node, column, told}] from the claimed column to this one; the first is told by nobody."""
        steps = [(self.claim.column, ""), *((way.target, way.told) for way in self.ways)]
        return [{"node": str(node), "column": column, "told": told} for (node, column), told in steps]

    def along(self, way: Way) -> "Evidence":
        """The same, one step further down."""
        is_masked = self.is_masked or way.masking is True
        privacy_class = PrivacyClass.PSEUDONYMOUS.value if is_masked else self.privacy_class
        return Evidence(self.claim, privacy_class, is_masked, (*self.ways, way))


def level(privacy_class: str) -> int:
    """How sensitive it is; -1 where nobody has said."""
    return LEVELS.index(privacy_class) if privacy_class in LEVELS else -1


def flow(claims: Iterable[Claim], ways: Iterable[Way]) -> dict[Column, Evidence]:
    """The evidence of each column that a claim reaches. The most sensitive counts, then the surest, then the nearest;
    the order in which claims and ways are given does not."""
    after: dict[Column, list[Way]] = {}
    for way in ways:
        after.setdefault(way.source, []).append(way)
    found: dict[Column, Evidence] = {}
    waiting = [_waiting(Evidence(claim, claim.privacy_class)) for claim in claims]
    heapify(waiting)
    while waiting:
        evidence = heappop(waiting).evidence
        if evidence.column not in found:
            found[evidence.column] = evidence
            for way in after.get(evidence.column, ()):
                if way.target not in found:
                    heappush(waiting, _waiting(evidence.along(way)))
    return found


@dataclass(order=True, slots=True)
class _Waiting:
    """What ranks first counts. No step makes it rank better, so that the first to reach a column is the best."""

    rank: tuple
    evidence: Evidence = field(compare=False)


def _waiting(one: Evidence) -> _Waiting:
    claim = one.claim
    of_claim = (claim.kind, claim.said, claim.said_by, claim.feature or 0, *map(str, claim.column))
    of_ways = tuple((*map(str, way.target), way.told) for way in one.ways)
    rank = (-level(one.privacy_class), one.is_masked, _SURE.index(one.sure), len(one.ways), of_claim, of_ways)
    return _Waiting(rank, one)
