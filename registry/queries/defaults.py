"""What to serve when there is no value: the defaults of versions, as far as they are nobody's value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from registry.choices import VersionState
from registry.contracts import SAFE_DEFAULTS, is_personal
from registry.models import Actor, Consumer, Feature, Usage, Version
from registry.queries.named import versions_named


@dataclass(frozen=True, slots=True)
class Default:
    """`served` says what a service is to use: value, default (quarantined) or nothing (retired, draft, unknown)."""

    reference: str
    status: str
    served: str
    dtype: str = ""
    default: Any = None
    default_policy: str = "none"
    is_withheld: bool = False
    is_nullable: bool | None = None
    is_personal: bool = False
    sunset_on: Any = None
    replacement: str | None = None


def defaults_of(references: Sequence[str], actor: Actor) -> list[Default]:
    """One for each reference, in order. What the actor does not see is unknown."""
    return [
        _default(one.feature, one.version)
        if one.feature and one.version
        else Default(one.reference, "unknown", "nothing")
        for one in versions_named(references, actor)
    ]


def read_by(consumer: Consumer, actor: Actor) -> list[str]:
    """References of all that the consumer reads now, with the number of the version that it gets."""
    held = Usage.objects.filter(consumer=consumer, gone_at__isnull=True)
    seen = held.filter(feature__in=Feature.objects.visible_to(actor)).order_by("feature__key", "number")
    rows = seen.values_list("feature__key", "number", "feature__number").distinct()
    return list(dict.fromkeys(f"{key}@{current if number is None else number}" for key, number, current in rows))


def read_until(consumer: Consumer, references: Sequence[str]) -> dict[str, datetime]:
    """Until when the consumer may read these versions, of personal data; one that is not in it may not be read now.

    Higher apps know who may: CHARTER_READ_UNTIL names their functions.
    """
    found: dict[str, datetime] = {}
    for path in settings.CHARTER_READ_UNTIL:
        found |= import_string(path)(consumer, references)
    return found


def _default(feature: Feature, version: Version) -> Default:
    personal = is_personal(feature, version)
    withheld = personal and version.default is not None and version.default_policy not in SAFE_DEFAULTS
    return Default(
        f"{feature.key}@{version.number}", version.state, _served(version), version.dtype,
        None if withheld else version.default, version.default_policy, withheld, version.is_nullable, personal,
        version.sunset_on, str(version.replacement) if version.replacement else None,
    )  # fmt: skip


def _served(version: Version) -> str:
    if version.state == VersionState.QUARANTINED:
        return "default"
    return "value" if version.state in (VersionState.ACTIVE, VersionState.DEPRECATED) else "nothing"
