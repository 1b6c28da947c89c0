"""What others have measured and tested of the tables that views read, handed from lineage, which hears of it, to
monitoring, which judges. The two do not know each other: the settings name who hands it over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from registry.choices import Health


@dataclass(frozen=True, slots=True)
class ToldCheck:
    """One test of a feature's column, or of the table where `feature` is empty; its numbers are no values of data."""

    feature: str
    name: str
    state: Health
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class ToldCount:
    """How many rows of a feature's column are null, and how many different values it has; None: not told."""

    feature: str
    nulls: int | None
    distinct: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What one producer told in one run about the table of one view. `run` is the same whoever tells of it."""

    view: int
    by: str
    run: str
    url: str  # of the job's page; empty where no job tells
    at: datetime
    checks: tuple[ToldCheck, ...] = ()
    rows: int | None = None
    counts: tuple[ToldCount, ...] = ()


class Teller(Protocol):
    """Whoever hears what others measure."""

    def take(self, most: int) -> tuple[int, Sequence[Told]]:
        """At most so many messages and what they tell of views, the oldest first. They are not given again once the
        caller's transaction ends well."""


class Nobody:
    """Hears nothing, where no lineage is installed."""

    def take(self, most: int) -> tuple[int, Sequence[Told]]:
        return 0, ()


def teller() -> Teller:
    """Who hands over here."""
    return import_string(settings.CHARTER_TOLD)() if settings.CHARTER_TOLD else Nobody()
