"""The life of a feature's versions as a picture: a row for each, from its first day to its end."""

from datetime import UTC, date, datetime, time

from common.pictures import Stretch
from registry.choices import VersionState
from registry.models import Version

MOST_ROWS = 8
_LOOKS = {VersionState.DRAFT: "", VersionState.QUARANTINED: "crit", VersionState.RETIRED: ""}


def rows(versions: list[Version]) -> list[list[Stretch]]:
    """The newest versions, oldest on top."""
    return [_row(version) for version in reversed(versions[:MOST_ROWS])]


def marks(versions: list[Version]) -> list[tuple[datetime, str]]:
    """Sunsets that are still ahead or passed without retirement."""
    return [
        (_midnight(version.sunset_on), f"sunset {version.sunset_on:%-d %b %Y}")
        for version in versions[:MOST_ROWS]
        if version.sunset_on and not version.retired_at
    ]


def _row(version: Version) -> list[Stretch]:
    began = version.activated_at or version.created_at
    if version.deprecated_at is None:
        return [Stretch(began, version.retired_at, f"v{version.number} {version.state}", _look(version))]
    end = version.retired_at or (_midnight(version.sunset_on) if version.sunset_on else None)
    return [
        Stretch(began, version.deprecated_at, f"v{version.number}"),
        Stretch(version.deprecated_at, end, _ending(version), "crit" if _look(version) == "crit" else "warn"),
    ]


def _look(version: Version) -> str:
    return _LOOKS.get(VersionState(version.state), "ok")


def _ending(version: Version) -> str:
    return "deprecated, then retired" if version.retired_at else version.state


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def in_words(versions: list[Version]) -> str:
    """What the picture says, for those who do not see it."""
    said = [
        f"version {version.number} {version.state}"
        + (f", sunset {version.sunset_on:%-d %B %Y}" if version.sunset_on else "")
        for version in versions[:MOST_ROWS]
    ]
    return "; ".join(said).capitalize()
