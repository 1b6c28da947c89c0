"""What monitoring asks lineage when something breaks, and how lineage answers. The two do not know each other: the
settings name who answers, and without anybody the registry's own knowledge has to do.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Step:
    """Something on the way from a view up to what broke. `is_broken` is None where nobody says how it is; without a
    label it is something that not everybody may see."""

    kind: str
    label: str
    url: str
    is_broken: bool | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """The first broken thing upstream of a view. `key` names it once and for all, `way` begins at the view."""

    kind: str  # table, job, view or store
    key: str
    name: str
    url: str = ""
    way: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job that feature views are made by is doing. Counts are of finished runs in a row, the newest first."""

    cause: Cause
    failures: int
    successes: int
    ended_at: datetime | None
    due_at: datetime | None = None
    is_late: bool | None = None  # None: nobody has asked its scheduler since


class Witness(Protocol):
    """Whoever knows what views are made from."""

    def jobs(self, known: Collection[str]) -> Iterable[JobState]:
        """Jobs in trouble upstream of any view, and those of `known` keys however they are."""

    def causes(
        self, views: Collection[int], *, late_tables: Collection[int], late: Collection[int]
    ) -> Mapping[int, Cause]:
        """For each of `views` with something broken upstream, the first such thing.

        `late_tables` are views whose own table is late, `late` those that are themselves in trouble.
        """

    def below(self, key: str) -> Collection[int]:
        """All views made from the cause of this key."""


class Nobody:
    """Knows nothing, where no lineage is installed."""

    def jobs(self, known: Collection[str]) -> Iterable[JobState]:
        return ()

    def causes(
        self, views: Collection[int], *, late_tables: Collection[int], late: Collection[int]
    ) -> Mapping[int, Cause]:
        return {}

    def below(self, key: str) -> Collection[int]:
        return ()


def witness() -> Witness:
    """Who answers here."""
    return import_string(settings.CHARTER_BREAKING)() if settings.CHARTER_BREAKING else Nobody()
