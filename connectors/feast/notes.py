"""What a read could not make sense of, said once for each kind of trouble however often it occurs."""

from collections import Counter

MAX_LINES = 100
MAX_LENGTH = 500


class Notes:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = 0
        self._unknown: Counter[str] = Counter()
        self._first_seen: dict[str, str] = {}

    def add(self, line: str) -> None:
        if len(self._lines) < MAX_LINES:
            self._lines.append(line[:MAX_LENGTH])  # names can be of any length
        else:
            self._more += 1

    def unknown_field(self, field: str, where: str) -> None:
        """A field that this version of Charter does not know, such as "FeatureViewSpec field 21"."""
        self._unknown[field] += 1
        self._first_seen.setdefault(field, where[:MAX_LENGTH])

    def lines(self) -> list[str]:
        lines = list(self._lines)
        if self._more:
            lines.append(f"{self._more:,} more problems are not listed.")
        for field, count in sorted(self._unknown.items())[:MAX_LINES]:
            lines.append(
                f"{field} is newer than this version of Charter and was left out, in {self._first_seen[field]}"
                + (f" and {count - 1:,} more places." if count > 1 else ".")
            )
        return lines
