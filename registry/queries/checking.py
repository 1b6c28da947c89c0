"""May these versions be read? The gate of a release: one verdict for each, with reasons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone

from registry.choices import Health, VersionState
from registry.models import Feature, User, Version
from registry.references import split_number

OK, WARNING, BLOCKED = "ok", "warning", "blocked"
_ORDER = (OK, WARNING, BLOCKED)


@dataclass(slots=True)
class Verdict:
    """`reasons` are (code, sentence); no reason means ok."""

    reference: str
    verdict: str = OK
    reasons: list[tuple[str, str]] = field(default_factory=list)
    replacement: str | None = None
    sunset_on: date | None = None


def check_all(references: Iterable[str], actor: User) -> list[Verdict]:
    """A verdict for each reference, in the order asked for. What the actor does not see is unknown."""
    asked = [(reference, *split_number(reference)) for reference in references]
    seen = Feature.objects.visible_to(actor).filter(key__in={key for _, key, _ in asked}).order_by()
    features = {one.key: one for one in seen.only("key", "number", "health", "gone_at")}
    versions = Version.objects.visible_to(actor).filter(feature__in=features.values())
    held = {(one.feature_id, one.number): one for one in versions.select_related("replacement__feature")}
    return [_verdict(reference, features.get(key), number, held) for reference, key, number in asked]


def worst(found: Iterable[Verdict]) -> str:
    return max((one.verdict for one in found), key=_ORDER.index, default=OK)


def _verdict(
    reference: str, feature: Feature | None, number: int | None, held: dict[tuple[int, int], Version]
) -> Verdict:
    version = held.get((feature.pk, feature.number if number is None else number)) if feature else None
    if feature is None or version is None:
        return Verdict(reference, BLOCKED, [("unknown", "There is no such version that you see.")])
    told = Verdict(f"{feature.key}@{version.number}", sunset_on=version.sunset_on)
    told.replacement = str(version.replacement) if version.replacement else None
    for verdict, code, said in (*_of_state(version), *_of_feature(feature)):
        told.reasons.append((code, said))
        told.verdict = max(told.verdict, verdict, key=_ORDER.index)
    return told


def _of_state(version: Version) -> Iterator[tuple[str, str, str]]:
    instead = f" Read {version.replacement} instead." if version.replacement else ""
    if version.state in (VersionState.DRAFT, VersionState.QUARANTINED, VersionState.RETIRED):
        yield BLOCKED, version.state, f"It is {version.state}. {version.state_reason}".strip() + instead
    if version.state == VersionState.DEPRECATED and version.sunset_on is not None:
        days = (version.sunset_on - timezone.now().date()).days
        if days < 0:
            yield BLOCKED, "past_sunset", f"Its last day was {version.sunset_on}.{instead}"
        else:
            yield WARNING, "deprecated", f"It is served until {version.sunset_on}, {days} days from now.{instead}"


def _of_feature(feature: Feature) -> Iterator[tuple[str, str, str]]:
    if feature.gone_at is not None:
        yield WARNING, "gone", f"Its store has it no more since {feature.gone_at:%Y-%m-%d}."
    elif feature.health == Health.BREACHED:
        yield WARNING, "breached", "It is over its limits now."
    elif feature.health == Health.UNKNOWN:
        yield WARNING, "unmeasured", "Nobody knows how it is: it was never measured."
