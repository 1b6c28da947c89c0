"""The defaults bundle of a consumer: asked for now and then, kept on disk, checked by its signature before it is used.

A service reads it at start and goes on when Charter cannot be asked: what is on disk counts until it expires.
"""

import base64
import contextlib
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from charter import calls
from charter.errors import CharterError, Refused, Unreachable
from charter.registry import Registry

# Asked for again after so many seconds, never by all services at once.
FRESH = (30.0, 60.0)


class Untrusted(CharterError):
    """A bundle whose signature is not Charter's, or that has expired."""


def folder() -> Path:
    """Where bundles and unsent reports are kept: CHARTER_CACHE, or the user's cache."""
    home = os.environ.get("CHARTER_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "charter"
    )
    return Path(home)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a version says about missing values. `served` is value, default or nothing."""

    reference: str
    status: str
    served: str
    default: Any
    is_personal: bool
    is_withheld: bool
    sunset_on: str | None
    replacement: str | None


@dataclass(slots=True)
class Defaults:
    """The bundle of one consumer, such as model:fraud-ranker.

    `public_key` (base64; CHARTER_PUBLIC_KEY unless given) pins the signer. Without one the key that Charter names at
    first is kept beside the bundle, and no other is believed from then on.
    """

    registry: Registry
    consumer: str
    public_key: str = ""
    clock: Callable[[], float] = time.monotonic
    _entries: dict[str, Entry] = field(default_factory=dict)
    _expires_at: datetime | None = None
    _ask_at: float = 0.0
    _fresh_at: float | None = None

    def entry(self, reference: str) -> Entry | None:
        """What is known of `key@number`, or of a key whose only version this consumer reads. Never raises."""
        self.refresh()
        if self._expires_at is None or self._expires_at < datetime.now(UTC):
            return None
        return self._entries.get(reference)

    @property
    def stale_seconds(self) -> float | None:
        """How long ago Charter last answered; None when it never did in this process."""
        return None if self._fresh_at is None else self.clock() - self._fresh_at

    def refresh(self) -> None:
        """Ask Charter when it is time; keep what is there when it does not answer."""
        if self.clock() < self._ask_at:
            return
        self._ask_at = self.clock() + random.uniform(*FRESH)  # noqa: S311  no secret
        try:
            said = self.registry.do(calls.bundle(self.consumer))
            self._take(said, self._key(said["key_id"]))
        except (Unreachable, Refused):
            if not self._entries:
                self._take_kept()
            return
        self._fresh_at = self.clock()
        write(self._place("bundle"), said)

    def _take_kept(self) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError, Untrusted):
            said = json.loads(self._place("bundle").read_text(encoding="utf-8"))
            self._take(said, self.public_key or os.environ.get("CHARTER_PUBLIC_KEY") or self._pinned()[said["key_id"]])

    def _take(self, said: dict[str, str], key: str) -> None:
        """Believe a bundle. Raises Untrusted."""
        try:
            verifier = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
            verifier.verify(base64.b64decode(said["signature"]), said["payload"].encode())
        except (InvalidSignature, ValueError):
            raise Untrusted("The bundle was not signed by the Charter that this service knows.") from None
        payload = json.loads(said["payload"])
        if payload["consumer"] != self.consumer:
            raise Untrusted(f"The bundle is one of {payload['consumer']}.")
        names = Entry.__dataclass_fields__
        entries = [Entry(**{name: one.get(name) for name in names}) for one in payload["data"]]
        self._expires_at = datetime.fromisoformat(payload["expires_at"])
        self._entries = {one.reference: one for one in entries}
        self._entries |= {one.reference.rpartition("@")[0]: one for one in entries}  # the newest of each

    def _key(self, key_id: str) -> str:
        """The key to believe: the pinned one, or the first that was ever named."""
        given = self.public_key or os.environ.get("CHARTER_PUBLIC_KEY", "")
        if given:
            return given
        pinned = self._pinned()
        if key_id not in pinned:
            named = self.registry.do(calls.signature_keys())["keys"]
            if pinned and not (pinned.items() <= named.items()):
                raise Untrusted("Charter's key has changed. Delete the kept one if that is right.")
            pinned = named
            write(self._place("keys"), pinned)
        return pinned[key_id]

    def _pinned(self) -> dict[str, str]:
        try:
            return json.loads(self._place("keys").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _place(self, what: str) -> Path:
        host = re.sub(r"[^\w.-]", "_", self.registry.settings.url)
        return folder() / host / f"{re.sub(r'[^a-zA-Z0-9.-]', '_', self.consumer)}.{what}.json"


def write(place: Path, data: Any) -> None:
    """All of it or none, readable by this user alone. A disk that is full or read-only costs nothing but the copy."""
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=place.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            json.dump(data, opened)
        os.replace(name, place)
