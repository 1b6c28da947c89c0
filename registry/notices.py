"""The one notice above a feature's page: the most serious thing that is the case, and what to do about it."""

from dataclasses import dataclass

from common.quantities import absolute, relative
from registry.choices import Health, PrivacyClass, VersionState
from registry.contracts import HIDDEN
from registry.models import Feature, Version


@dataclass(frozen=True, slots=True)
class Notice:
    """`kind` is a banner's: info, warn, crit. `url` and `label` are the way out, where there is one."""

    kind: str
    title: str
    text: str
    url: str = ""
    label: str = ""


def notice(feature: Feature, version: Version) -> Notice | None:
    """The first of these that is the case, the most serious one first."""
    rules = (_draft, _quarantined, _retired, _gone, _deprecated, _breached, _older, _unclassified)
    return next((found for rule in rules if (found := rule(feature, version))), None)


def successor(version: Version) -> tuple[str, str]:
    """(address, name) of what replaces the version, or two empty strings."""
    other = version.replacement
    if other is None:
        return "", ""
    return f"{other.feature.get_absolute_url()}?v={other.number}", str(other)


def _draft(feature: Feature, version: Version) -> Notice | None:
    if version.state != VersionState.DRAFT:
        return None
    text = "Its team alone sees it. Nobody can read it before it is published."
    return Notice("info", "This is a draft.", text, f"{feature.get_absolute_url()}draft/check/", "Check and publish")


def _quarantined(_feature: Feature, version: Version) -> Notice | None:
    if version.state != VersionState.QUARANTINED:
        return None
    why = version.state_reason or "Its data is wrong or must not be seen."
    return Notice("crit", "Quarantined.", f"{why} Do not read it; serve the default.")


def _retired(_feature: Feature, version: Version) -> Notice | None:
    if version.state != VersionState.RETIRED:
        return None
    url, name = successor(version)
    when = f" on {absolute(version.retired_at)}" if version.retired_at else ""
    instead = f"{name} replaces it." if name else "Nothing replaces it."
    return Notice("info", f"Retired{when}.", f"Nobody may read it any more. {instead}", url, "Go to replacement")


def _gone(feature: Feature, _version: Version) -> Notice | None:
    if feature.gone_at is None:
        return None
    return Notice(
        "warn",
        f"Gone from its store {relative(feature.gone_at)}.",
        "The store no longer defines it, so nothing new is measured. Its readers and its history stay here.",
    )


def _deprecated(_feature: Feature, version: Version) -> Notice | None:
    if version.state != VersionState.DEPRECATED:
        return None
    url, name = successor(version)
    day = version.sunset_on
    title = f"Version {version.number} goes away on {day:%-d %b %Y}." if day else "Deprecated."
    instead = f"{name} replaces it." if name else "No replacement is named; ask the owner."
    return Notice("warn", title, f"{version.state_reason} {instead}".strip(), url, "Go to replacement")


def _breached(feature: Feature, _version: Version) -> Notice | None:
    if feature.health != Health.BREACHED:
        return None
    reasons = " ".join(feature.view.health_reasons)
    return Notice("warn", "Outside its limits.", reasons, f"{feature.get_absolute_url()}health/", "See health")


def _older(feature: Feature, version: Version) -> Notice | None:
    if version.number == feature.number:
        return None
    return Notice(
        "info",
        f"You are looking at version {version.number}.",
        f"Version {feature.number} is the current one.",
        feature.get_absolute_url(),
        f"Go to version {feature.number}",
    )


def _unclassified(feature: Feature, _version: Version) -> Notice | None:
    if feature.privacy_class != PrivacyClass.UNCLASSIFIED or not feature.looks_personal:
        return None
    return Notice(
        "warn",
        "It looks personal and nobody has classified it.",
        f"Until its owner does, values are {HIDDEN.removesuffix(': personal data')}.",
    )
