"""Where Charter is and who asks: arguments first, then the environment, then what `charter login` kept."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from charter.errors import NotConfigured
from charter.private import write


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
    url = (url or os.environ.get("CHARTER_URL") or kept.get("url", "")).rstrip("/")
    of_login = kept.get("token", "") if url == kept.get("url") else ""  # whose token it is, nobody else shall get it
    token = (token or os.environ.get("CHARTER_TOKEN") or of_login).strip()
    if not url:
        raise NotConfigured("Where is Charter? Set CHARTER_URL, or run: charter login https://charter.example.com")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        raise NotConfigured(f"{url} is no address. Write it whole: https://charter.example.com")
    if not token:
        raise NotConfigured(f"Who asks? Make a token on {url}/settings/tokens/ and set CHARTER_TOKEN.")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise NotConfigured("The token holds characters that no token has. Copy it again, whole and alone.")
    return Settings(url, token)


def keep(settings: Settings) -> Path:
    """Remember address and token for this user. Raises NotConfigured where nothing can be written."""
    place = file()
    try:
        write(place, {"url": settings.url, "token": settings.token})
    except OSError as error:
        raise NotConfigured(f"{place} cannot be written ({error.strerror}). Set CHARTER_TOKEN instead.") from None
    return place


def _kept() -> dict[str, str]:
    try:
        kept = json.loads(file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
