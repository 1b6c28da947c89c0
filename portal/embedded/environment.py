"""The environment that every child gets, and what an installation keeps so that it is the same next time.

Keys are made once in `$CHARTER_HOME`, readable by their owner alone. What the caller has set already always wins.
"""

import base64
import os
import secrets
import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from portal.embedded.preflight import home_folder

RUN_FILE = "run.env"
SHARED = (
    "DATABASE_URL",
    "BROKER_URL",
    "CACHE_URL",
    "CHARTER_HOME",
    "CHARTER_BASE_URL",
    "CHARTER_SECRET_KEY",
    "CHARTER_ENCRYPTION_KEYS",
)


def kept_secret(path: Path, bytes_of_randomness: int = 48) -> str:
    """The text in `path`; made on the first call, urlsafe base64, mode 600."""
    if not path.exists():
        write_private(path, base64.urlsafe_b64encode(secrets.token_bytes(bytes_of_randomness)).decode())
    return path.read_text(encoding="utf-8").strip()


def write_private(path: Path, text: str) -> None:
    """Write so that nobody else can read it at any moment, and so that it is there whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def child_environment(home: Path, host: str, port: int, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` completed with what Charter's processes need, services aside."""
    is_here = host in {"127.0.0.1", "0.0.0.0", "::", "::1"}  # noqa: S104 - compared, not bound
    shown = "localhost" if is_here else f"[{host}]" if ":" in host else host
    made = {
        "CHARTER_BASE_URL": f"http://{shown}:{port}",
        "CHARTER_SECRET_KEY": kept_secret(home / "secret_key"),
        # 32 bytes, what Fernet and AES-256 take. Who loses it loses the stored secrets of the connections.
        "CHARTER_ENCRYPTION_KEYS": kept_secret(home / "encryption_key", bytes_of_randomness=32),
        "PYTHONUNBUFFERED": "1",
    }
    settled = {"DJANGO_SETTINGS_MODULE": "portal.settings", "CHARTER_HOME": str(home), "PORT": str(port)}
    return {**made, **environ, **settled}


def write_run_file(home: Path, env: Mapping[str, str]) -> None:
    """Leave in `$CHARTER_HOME/run.env` what `manage.py`, or a shell (`set -a; . var/run.env`), needs to join in."""
    write_private(home / RUN_FILE, "".join(f"{name}={shlex.quote(env[name])}\n" for name in SHARED))


def join_running(root: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Let a command of this checkout reach the services of a running `make run`. What is set already stays as it is."""
    path = home_folder(root, environ) / RUN_FILE
    if "DATABASE_URL" in environ or not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, quoted = line.partition("=")
        environ.setdefault(name, shlex.split(quoted)[0])
