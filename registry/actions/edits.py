"""Several changes of one thing at once, all or none, on the state that the caller has read.

`expected` is the revision of that state, or "*" for any. Each function raises ValidationError with the code
`changed_meanwhile` when the thing is in another state by now, and whatever the single actions raise.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from registry.actions.action import lock
from registry.actions.connections import change_connection
from registry.actions.endings import deprecate_version
from registry.actions.feature_views import KEPT, change_slo, describe_view
from registry.actions.features import describe_feature, limit_drift, tag_feature
from registry.actions.owners import offer_owner
from registry.actions.projects import change_project
from registry.actions.versions import change_draft
from registry.models import Connection, Feature, FeatureView, OwnerOffer, Project, Team, User, Version
from registry.revisions import require

# Column of the view -> what `change_slo` calls it.
LIMITS = {"slo_freshness": "freshness", "slo_max_null_rate": "max_null_rate", "slo_drift": "drift"}


@transaction.atomic
def edit_feature(
    feature: Feature, *, actor: User, expected: str, description: str | None = None,
    tags: Mapping[str, str | None] | None = None, owner: Team | None = None, reason: str = "",
    slo_drift: Mapping[str, Any] | None = KEPT,
) -> OwnerOffer | None:  # fmt: skip
    """Describe, tag, limit drift, give to another team. Returns the offer that waits for that team, if it is asked."""
    require(lock(feature), expected)
    if description is not None:
        describe_feature(feature, description=description, actor=actor, reason=reason)
    if tags is not None:
        tag_feature(feature, tags=tags, actor=actor, reason=reason)
    if slo_drift is not KEPT:
        limit_drift(feature, limits=slo_drift, actor=actor, reason=reason)
    return None if owner is None else offer_owner(feature, team=owner, actor=actor, reason=reason)


@transaction.atomic
def edit_view(
    view: FeatureView, *, actor: User, expected: str, description: str | None = None, owner: Team | None = None,
    reason: str = "", **limits: timedelta | float | dict[str, Any] | None,
) -> OwnerOffer | None:  # fmt: skip
    """Describe, change limits (those of LIMITS; one left out stays), give to another team. Returns the offer that waits
    for that team, if it is asked."""
    row: FeatureView = lock(view)
    require(row, expected)
    if description is not None:
        describe_view(view, description=description, actor=actor, reason=reason)
    if limits:
        chosen: dict[str, Any] = {
            argument: limits.get(column, getattr(row, column)) for column, argument in LIMITS.items()
        }
        change_slo(view, **chosen, actor=actor, reason=reason)
    return None if owner is None else offer_owner(view, team=owner, actor=actor, reason=reason)


@transaction.atomic
def edit_draft(
    version: Version, *, actor: User, expected: str, terms: Mapping[str, Any], about: str | None = None,
    reason: str = "",
) -> None:  # fmt: skip
    """Say something else in a draft."""
    require(lock(version), expected)
    change_draft(version, actor=actor, terms=terms, about=about, reason=reason)


@transaction.atomic
def edit_deprecation(
    version: Version, *, actor: User, expected: str, sunset_on: date, reason: str, replacement: Version | None = None
) -> None:
    """Deprecate, or move the sunset of what is deprecated already."""
    require(lock(version), expected)
    deprecate_version(version, actor=actor, sunset_on=sunset_on, reason=reason, replacement=replacement)


@transaction.atomic
def edit_project(project: Project, *, actor: User, expected: str, reason: str = "", **changes: Any) -> None:
    """What `change_project` can change."""
    require(lock(project), expected)
    change_project(project, actor=actor, reason=reason, **changes)


@transaction.atomic
def edit_connection(connection: Connection, *, actor: User, expected: str, **changes: Any) -> None:
    """What `change_connection` can change. An option left out stays."""
    row: Connection = lock(connection)
    require(row, expected)
    if "options" in changes:
        changes["options"] = row.settings | changes["options"]
    change_connection(connection, actor=actor, **changes)
