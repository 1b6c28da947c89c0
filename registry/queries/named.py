"""Versions that somebody names by reference, as the actor sees them: found together, answered in the order asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.models import Actor, Feature, Version
from registry.references import split_number


@dataclass(frozen=True, slots=True)
class Named:
    """`number` is None where the reference asks for the current version. What the actor does not see is None."""

    reference: str
    number: int | None
    feature: Feature | None
    version: Version | None

    @property
    def is_there(self) -> bool:
        return self.feature is not None and (self.number is None or self.version is not None)


def versions_named(references: Sequence[str], actor: Actor) -> list[Named]:
    """One for each `project.view.feature[@2]`."""
    split = [split_number(reference) for reference in references]
    seen = Feature.objects.visible_to(actor).filter(key__in={key for key, _ in split}).order_by()
    features = {one.key: one for one in seen.defer("search", "keywords", "context", "definition")}
    rows = Version.objects.visible_to(actor).filter(feature__in=features.values()).order_by()
    held = {
        (one.feature_id, one.number): one for one in rows.defer("definition").select_related("replacement__feature")
    }
    found = []
    for reference, (key, number) in zip(references, split, strict=True):
        feature = features.get(key)
        wanted = (feature.pk, feature.number if number is None else number) if feature else None
        found.append(Named(reference, number, feature, held.get(wanted) if wanted else None))
    return found
