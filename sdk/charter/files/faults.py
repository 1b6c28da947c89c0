"""What is wrong in a file: where, what, and how to mend it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`line` counts from 1; 0 means that no line is known. `pointer` is a JSON pointer within the document."""

    path: str
    line: int
    pointer: str
    code: str
    message: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.pointer}: {self.message}" if self.pointer else f"{where}: {self.message}"

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def pointer_to(parts: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
