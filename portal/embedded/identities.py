"""Who may log in to the demo: `$CHARTER_HOME/identities.json`, and the table that `make run` prints of it."""

import json
from pathlib import Path

from portal.embedded.environment import write_private

COLUMNS = ("role", "username", "password", "token")


def identities_file(home: Path) -> Path:
    return home / "identities.json"


def keep_identities(home: Path, printed: str) -> None:
    """Keep what `seed_demo --json` printed, readable by its owner alone. ValueError when it is no JSON."""
    write_private(identities_file(home), json.dumps(json.loads(printed), indent=2) + "\n")


def identities_table(home: Path) -> str:
    """One aligned line for each identity; empty when this installation has no demo."""
    path = identities_file(home)
    if not path.exists():
        return ""
    identities = json.loads(path.read_text(encoding="utf-8"))
    rows = [COLUMNS, *([str(one.get(name) or "-") for name in COLUMNS] for one in identities)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
