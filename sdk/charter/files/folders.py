"""The files of a folder, or of a commit: which ones, read and checked whole."""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from charter.files.documents import ViewDocument, check_view, view_from
from charter.files.faults import Fault
from charter.files.reading import MOST_BYTES, Document, Refused, read
from charter.files.schema import check

ENDINGS = (".yaml", ".yml")
MOST_FILES = 20_000


@dataclass(slots=True)
class Checked:
    """What files say: their views by key, and what is wrong with them. Views with faults are left out."""

    views: dict[str, ViewDocument] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def check_texts(texts: Iterable[tuple[str, str]]) -> Checked:
    """Read and check (path, text) of each file. One bad document does not hide what is wrong with the others."""
    found = Checked()
    for path, text in texts:
        try:
            documents = read(path, text)
        except Refused as refused:
            found.faults.append(refused.fault)
            continue
        for document in documents:
            _add(found, document)
    found.faults.sort()
    return found


def _add(found: Checked, document: Document) -> None:
    faults = check(document) or check_view(document)
    if faults:
        found.faults += faults
        return
    view = view_from(document)
    other = found.views.setdefault(view.key, view)
    if other is not view and other.origin is not None:
        said = f"{view.key} is also in {other.origin.path}, line {other.origin.line}. Keep one."
        found.faults.append(document.fault(("metadata", "name"), "repeated", said))


def texts_at(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(path, text) of these files, and of every YAML file in these folders.

    Raises FileNotFoundError and Refused (a file that is no text or too large).
    """
    for path in paths:
        place = Path(path)
        if place.is_dir():
            inside = (one for one in sorted(place.rglob("*")) if one.suffix in ENDINGS and one.is_file())
            yield from ((str(one), _text(one)) for one in inside if not _is_hidden(one.relative_to(place)))
        elif place.is_file():
            yield str(place), _text(place)
        else:
            raise FileNotFoundError(path)


def texts_in_commit(revision: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(path, text) of the YAML files below these paths as they are in a commit of the repository here.

    Raises ValueError with git's own words: no repository, or no such revision.
    """
    if revision.startswith("-"):
        raise ValueError(f"{revision} is no revision.")
    listed = _git("ls-tree", "-r", "-z", "--name-only", revision, "--", *paths)
    for name in listed.decode(errors="replace").split("\0"):
        if name.endswith(ENDINGS):
            yield name, _decoded(name, _git("show", f"{revision}:./{name}"))


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S607  the user's own git
    except FileNotFoundError:
        raise ValueError("git is not installed.") from None
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace").strip() or "git failed.")
    return done.stdout


def _text(place: Path) -> str:
    if place.stat().st_size > MOST_BYTES:
        raise Refused(Fault(str(place), 0, "", "too_large", f"Larger than {MOST_BYTES // 1024**2} MB. Split it."))
    return _decoded(str(place), place.read_bytes())


def _decoded(path: str, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused(Fault(path, 0, "", "encoding", "This is no UTF-8 text.")) from None


def _is_hidden(inside: Path) -> bool:
    return any(part.startswith(".") for part in inside.parts)
