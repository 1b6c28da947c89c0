"""A feature as it was at a moment: its own facts, those of its view, and the contract that was current."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from registry.contracts import shown
from registry.history import as_of
from registry.models import Feature, Team, Version

_FEATURE = {
    "description": "Description", "owner_id": "Owner", "number": "Current version", "state": "State",
    "privacy_class": "Data class", "is_online": "Served online", "tags": "Tags",
}  # fmt: skip
_VIEW = {"ttl": "Time to live", "schedule_every": "Schedule", "slo_freshness": "Freshness limit",
         "slo_max_null_rate": "Null rate limit", "slo_drift": "Drift limit",
         "upstream_version": "Version in the store"}  # fmt: skip
_VERSION = {
    "dtype": "Type", "unit": "Unit", "entity_keys": "Entity keys", "default": "Default", "is_nullable": "Nulls allowed",
    "minimum": "Minimum", "maximum": "Maximum", "allowed_values": "Allowed values", "purposes": "Purposes",
    "definition": "Definition",
}  # fmt: skip


def as_it_was(feature: Feature, versions: Sequence[Version], moment: datetime) -> list[tuple[str, str]] | None:
    """(label, text) lines; None when the feature did not exist yet. Unknown is said as unknown."""
    own = as_of(feature, moment)
    if own is None:
        return None
    own["owner_id"] = _team(own["owner_id"])
    lines = _lines(_FEATURE, own, hide_values=feature.is_personal)
    lines += _lines(_VIEW, as_of(feature.view, moment) or {}, hide_values=False)
    version = next((one for one in versions if one.number == own["number"]), None)
    contract = as_of(version, moment) if version else None
    return lines + _lines(_VERSION, contract or {}, hide_values=feature.is_personal or _was_personal(versions))


def _was_personal(versions: Sequence[Version]) -> bool:
    return any(version.privacy_class not in {"", "none"} for version in versions)


def _lines(labels: dict[str, str], facts: dict[str, Any], *, hide_values: bool) -> list[tuple[str, str]]:
    return [
        (label, shown(name, facts[name], hide_values=hide_values) or "not stated")
        for name, label in labels.items()
        if name in facts
    ]


def _team(number: int | None) -> str:
    return str(Team.objects.filter(pk=number).first() or "") if number else ""
