"""Files that only this user reads, written whole or not at all; and the folder for what can be fetched again."""

import json
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any


def folder(url: str = "") -> Path:
    """Where bundles and unsent reports are kept: CHARTER_CACHE, or the user's cache. Each Charter has its own part."""
    home = os.environ.get("CHARTER_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "charter"
    )
    return Path(home) / plain(url) if url else Path(home)


def plain(text: str) -> str:
    """The text as the name of a file."""
    return re.sub(r"[^\w.-]", "_", text, flags=re.ASCII)


def write(place: Path, data: Any) -> None:
    """JSON, readable by this user alone; a reader meets the old content or the new, never half. Raises OSError."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(data, opened)
        os.replace(name, place)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
