"""Which files a location names, and that all of them lie inside the folder that the connection may read.

A location comes from a registry that others write, so it is hostile: it may be relative, a folder or a pattern, but
what it leads to, symbolic links followed, must stay under the root.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

from connectors.records import ConnectorError

Format = Literal["parquet", "csv"]
FORMATS: dict[str, Format] = {".parquet": "parquet", ".parq": "parquet", ".pq": "parquet", ".csv": "csv"}
PATTERN = frozenset("*?[")
MAX_FILES = 10_000


class Folder(Protocol):
    """Somewhere that files are kept."""

    name: str

    def files(self, location: str = "", *, at_most: int | None = None) -> AbstractContextManager[list[Path]]:
        """The files that a location names, readable on this machine while the context lasts; "" names them all."""
        ...


class LocalFolder:
    """A folder of this machine. `root` is how far a location may reach, the folder itself unless told otherwise."""

    def __init__(self, folder: Path, *, root: Path | None = None) -> None:
        self.name = str(folder)
        self._folder = folder.resolve()
        self._root = (root or folder).resolve()

    @contextmanager
    def files(self, location: str = "", *, at_most: int | None = None) -> Iterator[list[Path]]:
        try:
            found = data_files(self._named(_path_of(location)), location or self.name)
        except (OSError, ValueError) as error:  # ValueError: NUL in a path, or a pattern that means nothing
            raise ConnectorError(
                f"{location or self.name!r} could not be opened: {_reason(error)}.",
                fix="Let the account that runs Charter's workers read the folder and its files.",
            ) from error
        yield found[:at_most]

    def _named(self, path: str) -> Iterable[Path]:
        if not PATTERN.isdisjoint(path) and not (self._folder / path).exists():
            return (self._inside(found, path) for found in self._root.glob(self._relative(path)))
        named = self._inside(self._folder / path, path)
        if not named.exists():
            raise ConnectorError(
                f"There is no file or folder {str(named)!r}.",
                fix="Correct the path of the source in the feature repository, or the folder of this connection.",
            )
        return (self._inside(found, path) for found in _within(named)) if named.is_dir() else [named]

    def _relative(self, pattern: str) -> str:
        """The pattern as the root sees it. What stands before the first wildcard says where it points."""
        parts = (self._folder / pattern).parts
        fixed = next(at for at, part in enumerate(parts) if not PATTERN.isdisjoint(part))
        anchor = self._inside(Path(*parts[:fixed]), pattern)
        if ".." in parts[fixed:]:
            raise _outside(pattern, self._root)
        return str(anchor.relative_to(self._root).joinpath(*parts[fixed:]))

    def _inside(self, path: Path, location: str) -> Path:
        resolved = path.resolve()
        if not resolved.is_relative_to(self._root):
            raise _outside(location, self._root)
        return resolved


def data_files(found: Iterable[Path], location: str) -> list[Path]:
    """The Parquet and CSV files among those found, sorted."""
    files = sorted(islice((path for path in found if format_of(path) and path.is_file()), MAX_FILES + 1))
    if not files:
        raise ConnectorError(
            f"{location!r} holds no Parquet or CSV files.",
            fix=f"Point the source at files that end in {', '.join(FORMATS)} or .csv.gz; others are not read yet.",
        )
    if len(files) > MAX_FILES:
        raise ConnectorError(
            f"{location!r} names more than {MAX_FILES:,} files.", fix="Narrow the pattern, or merge small files."
        )
    return files


def format_of(path: Path) -> Format | None:
    """By the file's last name, of which compression may take the last part."""
    return FORMATS.get(Path(path.name.lower().removesuffix(".gz")).suffix)


def is_hidden(relative: str) -> bool:
    """Names that start with "_" or "." are the bookkeeping of whoever wrote the folder."""
    return any(part.startswith(("_", ".")) for part in relative.split("/"))


def delta(location: str) -> ConnectorError:
    return ConnectorError(
        f"{location!r} is a Delta table, whose current files only its log can tell from old ones.",
        fix="Connect the engine that keeps the table; plain Parquet folders can be read.",
    )


def _within(folder: Path) -> Iterator[Path]:
    if (folder / "_delta_log").exists():
        raise delta(str(folder))
    for path in folder.rglob("*"):
        if not is_hidden(path.relative_to(folder).as_posix()):
            yield path


def _path_of(location: str) -> str:
    if "://" not in location:
        return location
    parts = urlsplit(location)
    if parts.scheme != "file":
        raise ConnectorError(
            f"This connection reads files of a folder, and {location.split('?')[0]!r} is somewhere else.",
            fix=f"Add an offline store connection for {parts.scheme}:// and choose it for this view.",
        )
    return unquote(parts.path)


def _outside(location: str, root: Path) -> ConnectorError:
    return ConnectorError(
        f"{location!r} leads outside {str(root)!r}, which is all that this connection may read.",
        fix="Move the data there, or let an administrator choose a wider folder for the connection.",
    )


def _reason(error: OSError | ValueError) -> str:
    return error.strerror or "it cannot be read" if isinstance(error, OSError) else "it is not a path"
