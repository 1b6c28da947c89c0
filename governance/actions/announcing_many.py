"""Announcing the end of many versions: each by itself, so that what is refused for one loses nothing of the others."""

from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError

from governance.actions.announcing import Said, announce_deprecation
from governance.models import Deprecation
from registry.models import User, Version


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one version: its deprecation, or why there is none."""

    version: Version
    deprecation: Deprecation | None = None
    refusal: ValidationError | PermissionDenied | None = None


def announce_many(versions: Collection[Version], *, actor: User, said: Said) -> list[Outcome]:
    """Announce the end of each and tell its readers. Returns the outcomes in the order of the versions."""
    # Always in one order: two batches that have versions in common must not wait for each other.
    done = {one.pk: _announced(one, actor, said) for one in sorted(versions, key=lambda one: one.pk)}
    return [done[one.pk] for one in versions]


def _announced(version: Version, actor: User, said: Said) -> Outcome:
    try:
        return Outcome(version, announce_deprecation(version, actor=actor, **said.terms))
    except (ValidationError, PermissionDenied) as refusal:
        return Outcome(version, refusal=refusal)
