"""What can be wrong with the chain."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row at which something is wrong. `kind` is changed, removed, inserted, reordered, seal or anchor."""

    kind: str
    place: int | None
    entry: int | None
    detail: str

    def __str__(self) -> str:
        place = f" at place {self.place}" if self.place is not None else ""
        entry = f", entry {self.entry}" if self.entry is not None else ""
        return f"{self.kind}{place}{entry}: {self.detail}"
