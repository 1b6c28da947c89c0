"""May these versions be read? The gate of a release: one verdict for each, with reasons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from registry.choices import Health, VersionState
from registry.models import Brownout, Consumer, Feature, User, Version
from registry.queries.named import Named, versions_named

OK, WARNING, BLOCKED = "ok", "warning", "blocked"
_ORDER = (OK, WARNING, BLOCKED)


@dataclass(slots=True)
class Verdict:
    """`reasons` are (code, sentence), those of ok among them."""

    reference: str
    verdict: str = OK
    reasons: list[tuple[str, str]] = field(default_factory=list)
    replacement: str | None = None
    sunset_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Who reads, and what for; empty is whatever it is."""

    consumer: Consumer
    purpose: str = ""
    environment: str = ""


Finding = tuple[str, str, str]  # verdict, code, sentence


def check_all(references: Sequence[str], actor: User, by: ReadBy | None = None) -> list[Verdict]:
    """A verdict for each reference, in the order asked for. What the actor does not see is unknown.

    Where it is said who reads, higher apps add what they know of that: CHARTER_CHECKS names their functions.
    """
    named = versions_named(references, actor)
    there = [one.version for one in named if one.version is not None]
    ended = [one for one in there if one.state == VersionState.DEPRECATED]
    off = {window.version_id: window for window in Brownout.objects.going_on().filter(version__in=ended)}
    more = _of_reader(there, actor, by) if by is not None else {}
    return [_verdict(one, off, more) for one in named]


def _of_reader(versions: Sequence[Version], actor: User, by: ReadBy) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = defaultdict(list)
    for path in settings.CHARTER_CHECKS:
        for pk, finding in import_string(path)(versions, actor, by):
            found[pk].append(finding)
    return found


def worst(found: Iterable[Verdict]) -> str:
    return max((one.verdict for one in found), key=_ORDER.index, default=OK)


def _verdict(named: Named, off: Mapping[int, Brownout], more: Mapping[int, list[Finding]]) -> Verdict:
    feature, version = named.feature, named.version
    if feature is None or version is None:
        return Verdict(named.reference, BLOCKED, [("unknown", "There is no such version that you see.")])
    told = Verdict(f"{feature.key}@{version.number}", sunset_on=version.sunset_on)
    told.replacement = str(version.replacement) if version.replacement else None
    known = (*_of_state(version), *_of_brownout(off.get(version.pk)), *more.get(version.pk, ()), *_of_feature(feature))
    for verdict, code, said in known:
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


def _of_brownout(window: Brownout | None) -> Iterator[tuple[str, str, str]]:
    if window is not None:
        said = f"It is switched off until {window.ends_at:%Y-%m-%d %H:%M} UTC, as a rehearsal of its end."
        yield BLOCKED if window.is_hard else WARNING, "brownout", said


def _of_feature(feature: Feature) -> Iterator[tuple[str, str, str]]:
    if feature.gone_at is not None:
        yield WARNING, "gone", f"Its store has it no more since {feature.gone_at:%Y-%m-%d}."
    elif feature.health == Health.BREACHED:
        yield WARNING, "breached", "It is over its limits now."
    elif feature.health == Health.UNKNOWN:
        yield WARNING, "unmeasured", "Nobody knows how it is: it was never measured."
