"""Who may log in to the demo: the table that `make run` prints of `$CHARTER_HOME/identities.json`.

`seed_demo` writes that file, one `{role, username, password, token, team, scopes}` for each place in the cast.
"""

import json
from pathlib import Path

COLUMNS = ("role", "username", "password", "token")


def identities_file(home: Path) -> Path:
    return home / "identities.json"


def identities_table(home: Path) -> str:
    """One aligned line for each identity; empty when this installation has no demo."""
    path = identities_file(home)
    if not path.exists():
        return ""
    identities = json.loads(path.read_text(encoding="utf-8"))
    rows = [COLUMNS, *([str(one.get(name) or "-") for name in COLUMNS] for one in identities)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
