"""Which state of a row somebody edits: so that two people who read the same do not overwrite each other."""

from django.core.exceptions import ValidationError
from django.db import models

from charter.terms import TERMS
from common.etags import ANY, revision_of
from common.problems import PreconditionFailed
from registry.models import Connection, Feature, FeatureView, Project, Version

# The columns that people edit. What pulls measure is left out: it changes while somebody writes a description.
COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Feature: ("description", "owner_id", "tags", "slo_drift"),
    FeatureView: ("description", "owner_id", "slo_freshness", "slo_max_null_rate", "slo_drift"),
    Version: ("number", "state", "note", "sunset_on", "replacement_id", *TERMS),
    Project: ("description", "owner_id", "visibility", "ownership_model", "compatibility", "retires_alone"),
    Connection: ("name", "owner_id", "settings", "is_enabled", "definitions_every", "measurements_every"),
}


def revision(row: models.Model) -> str:
    """The name of the state that `row` is in."""
    return revision_of(*(getattr(row, name) for name in COLUMNS[type(row)]))


def require(row: models.Model, expected: str) -> None:
    """Raise ValidationError unless the locked row is in the `expected` state. "*" and "" expect nothing."""
    require_state(revision(row), expected)


def require_state(now: str, expected: str) -> None:
    """The same for the name of a state."""
    if expected not in ("", ANY, now):
        raise ValidationError("Somebody changed it meanwhile.", code=PreconditionFailed.default_code)
