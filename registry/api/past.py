"""A feature as it was at a moment, from its history."""

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from common.problems import InvalidParameter, NotFound
from registry.choices import PERSONAL_CLASSES, Health, PrivacyClass
from registry.history import as_of
from registry.models import Feature, Team


def moment(text: str) -> datetime:
    """An RFC 3339 moment, in UTC; without a zone it is UTC. Raises InvalidParameter.

    PostgreSQL takes no zone that is 16 hours or more away, so none is left to it.
    """
    try:
        found = parse_datetime(text)
        found = found and (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        detail = "Write it as 2026-03-03T12:00:00Z."
        raise InvalidParameter(detail, errors=[{"parameter": "as_of", "code": "invalid_as_of", "detail": detail}])
    return found


def as_it_was(feature: Feature, at: datetime) -> dict[str, Any]:
    """The feature's own facts at that moment. What pulls measure is not kept: it is null, and health unknown.

    Raises NotFound when the feature did not exist yet. Who may see it is decided by how things are now.
    """
    held = as_of(feature, at)
    if held is None:
        raise NotFound(f"{feature.key} did not exist at {at.isoformat()}.")
    owner = Team.objects.filter(pk=held["owner_id"]).values_list("slug", flat=True).first()
    tags = (tag.partition("=") for tag in held["tags"])
    return {
        "key": held["key"],
        "reference": f"{held['key']}@{held['number']}",
        "project": feature.project.name,
        "view": feature.view.key,
        "name": held["name"],
        "description": held["description"],
        "owner": owner,
        "version": held["number"],
        "status": held["state"],
        "dtype": held["dtype"],
        "unit": held["unit"],
        "has_default": held["has_default"],
        "privacy_class": held["privacy_class"],
        "is_personal": _is_personal(held),
        "sunset_on": held["sunset_on"],
        "entities": held["entity_names"],
        "store": held["store"],
        "is_online": held["is_online"],
        "tags": {key: value for key, _, value in tags},
        "health": Health.UNKNOWN,
        "null_rate": None,
        "null_rate_read_at": None,
        "drift": None,
        "drift_read_at": None,
        "slo_drift": held["slo_drift"],
        "models_count": None,
        "reads_per_day": None,
        "gone_at": held["gone_at"],
        "created_at": held["created_at"],
        "changed_at": held["changed_at"],
    }


def _is_personal(held: dict[str, Any]) -> bool:
    if held["privacy_class"] == PrivacyClass.UNCLASSIFIED:
        return bool(held["looks_personal"])
    return held["privacy_class"] in PERSONAL_CLASSES
