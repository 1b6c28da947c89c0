"""When a class that flows into a feature is worth a suggestion. Pure."""

from dataclasses import dataclass

from lineage.flowing import level
from registry.choices import PERSONAL_CLASSES, PrivacyClass
from registry.personal import PERSONAL


@dataclass(frozen=True, slots=True)
class Verdict:
    """What accepting the suggestion would do. `is_against`: somebody has set less than what flows into the feature."""

    is_lowering: bool = False
    is_against: bool = False


def weighed(current: str, known: str, *, is_masked: bool) -> Verdict | None:
    """Whether a feature of class `current` should be `known`; None where it is well classified.

    More than what is set is always suggested, less only where a producer says that everything is masked.
    """
    if known == PERSONAL and current in PERSONAL_CLASSES:
        return None  # somebody has said which
    if level(known) > level(current):
        return Verdict(is_against=current != PrivacyClass.UNCLASSIFIED)
    return Verdict(is_lowering=True) if is_masked and level(known) < level(current) else None
