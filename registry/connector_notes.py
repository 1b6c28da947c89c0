"""What connectors say about themselves, for the page of a connection: the README beside their code."""

from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString

import connectors
from common.markdown import render
from registry.choices import PullKind
from registry.models import Connection
from registry.stores import pulls_of

_FOLDER = Path(connectors.__file__).parent


def notes(connection: Connection) -> list[tuple[str, SafeString]]:
    """What each reader of this connection reads and never reads, as (title, HTML)."""
    offline, online, metrics = (
        str(connection.settings.get(name, "")) for name in ("offline_url", "online_url", "metrics_url")
    )
    title = "Definitions" if PullKind.DEFINITIONS in pulls_of(connection.kind) else "Lineage"
    read = [(title, f"{connection.kind}/README.md")]
    if offline:
        read.append(("Offline store", f"{_offline(offline)}/README.md"))
    if online:
        read.append(("Online store", f"{connection.kind}/ONLINE.md"))
    if metrics:
        read.append(("Figures of serving", "prometheus/README.md"))
    return [(title, _first_part(path)) for title, path in read]


def _offline(address: str) -> str:
    """The folder of its connector."""
    return next((one for one in ("postgres", "snowflake") if address.startswith(one)), "files")


@cache
def _first_part(path: str) -> SafeString:
    """Without the title, and without the chapters after the first: those are for people who change the connector."""
    _, _, text = (_FOLDER / path).read_text().partition("\n")
    return render(text.partition("\n## ")[0], below=2)
