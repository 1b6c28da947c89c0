"""Back up and restore an installation of `make run`: its database, and the keys without which secrets stay sealed.

python -m portal.embedded.backup save <folder>         while it runs or not
python -m portal.embedded.backup restore <folder>      into a data folder that has no database yet
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded import postgres, preflight
from portal.embedded.children import Family
from portal.embedded.console import Refusal, refuse, say
from portal.embedded.environment import join_running, write_private
from portal.embedded.prepare import is_empty

ROOT = Path(__file__).resolve().parents[2]
DUMP = "charter.dump"
KEYS = ("secret_key", "encryption_key", "identities.json")


def main(verb: str, folder: Path) -> int:
    """`verb` is `save` or `restore`. Returns an exit code."""
    home = preflight.home_folder(ROOT, os.environ)
    try:
        {"save": save, "restore": restore}[verb](home, folder)
    except Refusal as reason:
        return refuse(reason)
    return 0


def save(home: Path, folder: Path) -> None:
    """Write the dump and the keys into a new folder that only its owner can enter."""
    if folder.exists():
        raise Refusal(f"{folder} is there already: name a new folder for the backup")
    if not (home / "postgres-password").exists():
        raise Refusal(f"there is no database of `make run` in {home}: see docs/operations.md for one of your own")
    folder.mkdir(mode=0o700, parents=True)
    with _database(home) as url:
        _run("pg_dump", "--format=custom", f"--file={folder / DUMP}", url)
    for name in KEYS:
        if (home / name).exists():
            write_private(folder / name, (home / name).read_text(encoding="utf-8"))
    say(f"Backed up into {folder}. It holds keys and passwords: keep it where nobody else can read it.")


def restore(home: Path, folder: Path) -> None:
    """Make the data folder what the backup was. Refusal where there is a database that would be lost."""
    if not (folder / DUMP).exists():
        raise Refusal(f"there is no {DUMP} in {folder}: name the folder of a backup")
    preflight.require_writable(home)
    with _database(home) as url:
        if not is_empty(url):
            raise Refusal(f"there are data in {home} already: move that folder away, or name another in CHARTER_HOME")
        for name in KEYS:
            if (folder / name).exists():
                write_private(home / name, (folder / name).read_text(encoding="utf-8"))
        _run("pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={url}", folder / DUMP)
    say(f"Restored into {home}. Start it with: make run")


@contextmanager
def _database(home: Path) -> Iterator[str]:
    """The URL of the installation's database, which is started for this if `make run` does not have it running."""
    try:
        held = preflight.lock(home)
    except Refusal:
        running = {"CHARTER_HOME": str(home)}
        join_running(ROOT, running)
        yield running["DATABASE_URL"]
        return
    (home / "logs").mkdir(mode=0o700, exist_ok=True)
    family = Family()
    try:
        yield postgres.start(home, family)
    finally:
        family.stop()
        held.close()


def _run(program: str, *arguments: str | Path) -> None:
    done = subprocess.run([postgres.find_programs() / program, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refusal(f"{program} failed: {done.stderr.strip()}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in {"save", "restore"}:
        sys.exit("Say `save` or `restore` and a folder, as in: make backup TO=~/charter-backup")
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).expanduser().resolve()))
