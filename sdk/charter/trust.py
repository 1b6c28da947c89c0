"""Whose signature is believed: the key that was pinned by hand, or else those that Charter named at first, and every
newer one that a believed key vouches for."""

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from charter import calls
from charter.errors import CharterError
from charter.private import folder, write
from charter.registry import Registry

_ENDORSES = b"charter public key "
Keys = dict[str, str]  # base64 by name


class Untrusted(CharterError):
    """A bundle whose signature is not Charter's, or that is somebody else's."""


def payload_of(said: Mapping[str, Any], registry: Registry, *, public_key: str = "", may_ask: bool) -> dict[str, Any]:
    """What a signed bundle says. Raises Untrusted; with `may_ask` also what asking for keys raises."""
    key = public_key or os.environ.get("CHARTER_PUBLIC_KEY", "") or _key(str(said.get("key_id")), registry, may_ask)
    if not key or not _is_by(key, str(said.get("signature")), str(said.get("payload")).encode()):
        raise Untrusted("The bundle was not signed by the Charter that this service knows.")
    payload = json.loads(said["payload"])
    if not isinstance(payload, dict):
        raise Untrusted("The bundle holds nothing that can be read.")
    return payload


def _key(name: str, registry: Registry, may_ask: bool) -> str:
    place = folder(registry.settings.url) / "keys.json"
    known = _kept(place)
    if name not in known and may_ask:
        told = registry.do(calls.signature_keys())
        known |= _believed(known, told.get("keys") or {}, told.get("endorsements") or {})
        with suppress(OSError):
            write(place, known)
    return known.get(name, "")


def _believed(known: Keys, named: Keys, endorsements: Mapping[str, Mapping[str, str]]) -> Keys:
    """All of them the first time; later those that a known key has signed."""
    return {
        name: key
        for name, key in named.items()
        if not known
        or any(
            old in known and _is_by(known[old], word, _ENDORSES + base64.b64decode(key))
            for old, word in endorsements.get(name, {}).items()
        )
    }


def _is_by(key: str, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(base64.b64decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _kept(place: Path) -> Keys:
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}
