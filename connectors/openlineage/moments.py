"""Times as events write them: ISO 8601 in UTC, to the microsecond."""

from datetime import UTC, datetime


def now() -> str:
    return iso(datetime.now(UTC))


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: object) -> datetime | None:
    """What an API wrote, in UTC if it names no zone; None if that is no time."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def same_iso(text: object) -> str | None:
    """The time an API wrote, in the form of our events."""
    found = moment(text)
    return iso(found) if found else None


def from_milliseconds(value: object) -> datetime | None:
    """Milliseconds since 1970."""
    if not isinstance(value, int | float) or not 0 < value < 253_402_300_800_000:
        return None
    return datetime.fromtimestamp(value / 1000, UTC)
