"""Where the embedded PostgreSQL may live, which refuses to run as root.

Started by root, PostgreSQL runs as uid 65534 (nobody). That user must be able to enter the folder of its data and of
its programs. A checkout below root's own home (mode 700) keeps it out; then both live in /var/lib/charter instead.
Nobody's rights on existing folders are ever changed.
"""

import hashlib
import os
import secrets
import shutil
import stat
from pathlib import Path
from typing import Any

from portal.embedded.console import Refusal

NOBODY = 65534
OUTSIDE = Path("/var/lib/charter")
# sockaddr_un.sun_path holds 108 bytes with its ending NUL on Linux, 104 on macOS; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432")


def server_user() -> int | None:
    """The uid PostgreSQL has to run as, or None when it is our own."""
    return NOBODY if os.geteuid() == 0 else None


def as_server_user() -> dict[str, Any]:
    """The arguments that make subprocess start a program as the server's user."""
    user = server_user()
    return {} if user is None else {"user": user, "group": user, "extra_groups": []}


def may_enter(folder: Path) -> bool:
    """Can any user get into `folder`, every folder above included?"""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def cluster_folder(home: Path) -> Path:
    """The folder for data, socket and log of the cluster that belongs to `home`; made if missing, its server's alone.

    The name outside `home` is random and remembered in `home`: deleting `home` is a fresh start.
    """
    if server_user() is None or may_enter(home):
        return own_folder(home / "postgres")
    remembered = home / "postgres-folder"
    if not remembered.exists():
        remembered.write_text(str(OUTSIDE / secrets.token_hex(4)), encoding="utf-8")
    return own_folder(Path(remembered.read_text(encoding="utf-8")))


def own_folder(folder: Path) -> Path:
    """Make `folder`, mode 700, owned by the server's user. A missing parent is made for everyone to enter."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        folder.mkdir(exist_ok=True, mode=0o700)
        user = server_user()
        if user is not None:
            os.chown(folder, user, user)
    except OSError as error:
        raise Refusal(
            f"PostgreSQL's folder {folder} cannot be made ({error.strerror}): run it as a user other than root, "
            "or name a data folder that every user may enter, as in: make run CHARTER_HOME=/srv/charter"
        ) from error
    return folder


def reachable_programs(package: Path, version: str) -> Path:
    """`pginstall/bin` of the wheel's package folder, or of a copy where the server's user cannot enter that."""
    if server_user() is None or may_enter(package):
        return package / "pginstall" / "bin"
    copy = OUTSIDE / f"programs-{version}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Whole or not at all. The libraries lie beside the package and are found by relative path: copied beside."""
    new = own_folder(copy.with_name(f"{copy.name}-{secrets.token_hex(4)}"))
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, new / folder.name)
    new.chmod(0o755)
    try:
        new.rename(copy)
    except OSError:  # another start was faster, and its copy is the same
        shutil.rmtree(new)


def socket_folder(cluster: Path) -> Path:
    """The cluster's own folder where its name is short enough for a Unix socket, else a private one in /tmp."""
    if len(os.fsencode(cluster)) <= LONGEST_SOCKET_FOLDER:
        return cluster
    folder = Path("/tmp") / f"charter-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"  # noqa: S108 - checked
    if not folder.is_symlink():
        own_folder(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or found.st_uid != (server_user() or os.geteuid()):
        raise Refusal(f"{folder} belongs to somebody else: name a data folder with a shorter path in CHARTER_HOME")
    return folder
