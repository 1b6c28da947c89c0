"""Which classes should be suggested by what lineage knows, by sampled values and by names, and why, as far as somebody
may see it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from common.statements import fetch
from connectors.records import Sampled
from governance.models import ClassSuggestion, ClassSuggestionQuerySet, GuessedClass
from governance.models.classes import DESCRIBED, NAME, VALUES
from governance.weighing import Verdict, weighed
from lineage.models import ClaimKind, Sure
from lineage.queries.graph import GraphNode, shown_nodes
from monitoring.models import SampledKind
from registry.choices import PERSONAL_CLASSES, PrivacyClass, VersionState
from registry.guesses import Guess, of_values
from registry.models import Feature, User

# What lineage knows of the columns of views, beside the features that these are.
_KNOWN = """
SELECT feature.id, feature.privacy_class, known.privacy_class, known.is_masked, known.sure, known.kind, known.said,
       known.said_by, known.said_feature_id, known.path::text
FROM lineage_columnclass known JOIN lineage_node node ON node.id = known.node_id
JOIN registry_feature feature ON feature.view_id = node.view_id AND feature.name = known."column"
WHERE feature.gone_at IS NULL AND feature.state <> ALL(%s)
"""
_FIELDS = ("privacy_class", "is_masked", "sure", "kind", "said", "said_by", "said_feature_id", "path")
# Everything that is told of a suggestion, until somebody decides.
TOLD = (*_FIELDS, "is_lowering", "is_against", "mark", "confidence", "evidence", "also")
_HOW_SURE = {VALUES: Sure.SUSPECTED, NAME: Sure.POSSIBLE, DESCRIBED: Sure.POSSIBLE}
_WITHOUT = [VersionState.DRAFT.value, VersionState.RETIRED.value]
OF_FEATURES = (ClaimKind.FEATURE, ClaimKind.FEATURE_TAG)
_CLAIMS = {
    ClaimKind.COLUMN_TAG: "The column is tagged {said}.",
    ClaimKind.DESCRIPTION: "The description of the column is tagged {said}.",
    ClaimKind.TABLE_TAG: "The whole table is tagged {said}.",
    ClaimKind.JOB_TAG: "The job {by}, which writes the table, is tagged {said}.",
    ClaimKind.RUN_TAG: "The newest run of {by}, which wrote the table, is tagged {said}.",
    ClaimKind.SOURCE_TAG: "The registry tags the source {said}.",
    ClaimKind.FEATURE_TAG: "The feature {by} is tagged {said}.",
    ClaimKind.FEATURE: "The feature {by}, which is made of this column, is classified {said}.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A suggestion that should be there: its fields, and what accepting it would do. Of a guess, how sure it is and the
    sentences that say why; `also` are the marks of guesses that stand beside it, which are decided with it."""

    feature: int
    fields: dict[str, Any]
    verdict: Verdict
    confidence: float | None = None
    evidence: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_guess(self) -> bool:
        return self.confidence is not None

    @property
    def is_only_words(self) -> bool:
        """Whether nothing but a name or a description says so."""
        return self.fields["kind"] in (NAME, DESCRIBED)

    @property
    def is_sure(self) -> bool:
        """Whether it is about this very column or what that is made of, and not only a word or a tag of a table."""
        return self.fields["sure"] != Sure.POSSIBLE

    @property
    def mark(self) -> str:
        return blake2b(orjson.dumps([self.fields[name] for name in _FIELDS]), digest_size=16).hexdigest()

    @property
    def values(self) -> dict[str, Any]:
        """Everything that the suggestion's row says of it."""
        verdict = {"is_lowering": self.verdict.is_lowering, "is_against": self.verdict.is_against}
        guessed = {"confidence": self.confidence, "evidence": list(self.evidence), "also": list(self.also)}
        return {**self.fields, **verdict, **guessed, "mark": self.mark}


def wanted_suggestions() -> Iterator[Wanted]:
    """Everything that speaks for another class, as the graph, the stores and the classes are now: several of a feature
    where several do."""
    yield from _told_by_lineage()
    yield from _told_by_values()
    yield from _told_by_words()


def _told_by_lineage() -> Iterator[Wanted]:
    for feature, current, *known, path in fetch(_KNOWN, [_WITHOUT]):
        fields = dict(zip(_FIELDS, [*known, orjson.loads(path)], strict=True))
        if verdict := weighed(current, fields["privacy_class"], is_masked=fields["is_masked"]):
            yield Wanted(feature, fields, verdict)


def _told_by_values() -> Iterator[Wanted]:
    """Also against what somebody has set: that a column holds IBANs is more than a word."""
    rows = SampledKind.objects.filter(feature__in=_guessable().exclude(privacy_class__in=PERSONAL_CLASSES))
    for row in rows.select_related("feature").only("kind", "valid", "looked_at", "feature__privacy_class"):
        for found in of_values(Sampled(row.kind, row.valid, row.looked_at)):
            yield from _guessed(row.feature_id, row.feature.privacy_class, found)


def _told_by_words() -> Iterator[Wanted]:
    """Only where nobody has said anything: somebody who has set a class knows the name."""
    for row in GuessedClass.objects.filter(feature__in=_guessable().filter(privacy_class=PrivacyClass.UNCLASSIFIED)):
        said = Guess(PrivacyClass(row.privacy_class), row.confidence, row.by, row.said, row.reason)  # type: ignore[arg-type]
        yield from _guessed(row.feature_id, PrivacyClass.UNCLASSIFIED, said)


def _guessable() -> QuerySet[Feature]:
    return Feature.objects.filter(gone_at__isnull=True).exclude(state__in=_WITHOUT).order_by()


def _guessed(feature: int, current: str, found: Guess) -> Iterator[Wanted]:
    if verdict := weighed(current, found.privacy_class, is_masked=False):
        fields = {
            "privacy_class": found.privacy_class.value, "is_masked": False, "sure": _HOW_SURE[found.by].value,
            "kind": found.by, "said": found.said, "said_by": "", "said_feature_id": None, "path": [],
        }  # fmt: skip
        yield Wanted(feature, fields, verdict, found.confidence, (found.reason,))


def alike(shown: Iterable[ClassSuggestion], among: ClassSuggestionQuerySet) -> dict[int, int]:
    """How many there are like each of these, itself included: the same tag of the same table, about the same view."""
    folds = among.folds_of([one.pk for one in shown])
    sizes = among.sizes_of(set(folds.values()))
    return {pk: sizes[fold] for pk, fold in folds.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """A column on the way, and how it was told that the value goes there. Without a node for who may not see it."""

    node: GraphNode | None
    column: str
    told: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a class is suggested: who claims what, and the way from there, column by column."""

    claim: str
    steps: list[Step]


def why(suggestion: ClassSuggestion, actor: User) -> Why:
    """As far as the actor may see it: neither claims nor columns of what is hidden are named."""
    path = suggestion.path
    if suggestion.is_guessed:
        return Why(" ".join(suggestion.evidence), [])
    nodes = shown_nodes(actor, {UUID(step["node"]) for step in path}, {})
    steps = [_step(nodes.get(UUID(step["node"])), step) for step in path]
    claim = _claim(suggestion, actor) if steps[0].node else "Something that you do not see says so."
    return Why(" ".join([claim, *suggestion.evidence]), steps)


def _step(node: GraphNode | None, step: dict[str, str]) -> Step:
    return Step(node, step["column"] if node else "", step["told"])


def _claim(suggestion: ClassSuggestion, actor: User) -> str:
    by = suggestion.said_by
    if suggestion.kind in OF_FEATURES:
        seen = Feature.objects.visible_to(actor).filter(pk=suggestion.said_feature_id or 0)
        if not (by := seen.values_list("key", flat=True).first() or ""):
            return "A feature that you do not see says so."
    return _CLAIMS[ClaimKind(suggestion.kind)].format(said=suggestion.said, by=by)
