"""Where Charter is and who asks: arguments first, then the environment, then what `charter login` kept."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from charter.errors import NotConfigured


@dataclass(frozen=True, slots=True)
class Settings:
    url: str
    token: str


def file() -> Path:
    """What `charter login` writes, readable by its owner alone."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(home) / "charter" / "login.json"


def known(url: str | None = None, token: str | None = None) -> Settings:
    """Raises NotConfigured when address or token is nowhere."""
    kept = _kept()
    url = url or os.environ.get("CHARTER_URL") or kept.get("url", "")
    token = token or os.environ.get("CHARTER_TOKEN") or kept.get("token", "")
    if not url:
        raise NotConfigured("Where is Charter? Set CHARTER_URL, or run: charter login https://charter.example.com")
    if not token:
        raise NotConfigured(f"Who asks? Make a token on {url.rstrip('/')}/settings/tokens/ and set CHARTER_TOKEN.")
    return Settings(url.rstrip("/"), token)


def keep(settings: Settings) -> Path:
    """Remember address and token for this user."""
    place = file()
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump({"url": settings.url, "token": settings.token}, opened)
    return place


def _kept() -> dict[str, str]:
    try:
        return json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
