"""Secrets of connections: sealed at rest, or references to where they are kept. Never plain, never read back."""

import base64
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from common.logs import scrub
from connectors.records import ConnectorError

_REFERENCE = re.compile(r"\$\{(env|file):([A-Za-z0-9_.-]+)\}")


def holds_secret(address: str) -> bool:
    """Whether an address carries a plain password. A reference such as ${env:CHARTER_STORE_PW} is none."""
    return scrub(address) != address


def is_reference(text: str) -> bool:
    """Whether this is nothing but a reference to where a secret is kept."""
    return _REFERENCE.fullmatch(text) is not None


def seal(secrets: Mapping[str, str], *, bound_to: str) -> bytes:
    """Encrypt `secrets`. `bound_to` names their connection, so that a sealed value copied elsewhere does not open."""
    return _keys().encrypt(json.dumps({"for": bound_to, "secrets": dict(secrets)}).encode())


def unseal(sealed: bytes, *, bound_to: str) -> dict[str, str]:
    """The secrets of `seal`. Raises ConnectorError when the key is gone or they belong to another connection."""
    if not sealed:
        return {}
    try:
        content = json.loads(_keys().decrypt(bytes(sealed)))
    except InvalidToken:
        raise ConnectorError(
            "The stored secrets cannot be decrypted.",
            fix="Put the old key back into CHARTER_ENCRYPTION_KEYS, or enter the secrets again.",
        ) from None
    if content["for"] != bound_to:
        raise ConnectorError("The stored secrets belong to another connection.", fix="Enter the secrets again.")
    return content["secrets"]


def resolve(address: str) -> str:
    """The address with ${env:NAME} and ${file:NAME} replaced by what they refer to."""
    return _REFERENCE.sub(lambda match: _look_up(match[1], match[2]), address)


def _look_up(kind: str, name: str) -> str:
    if kind == "env":
        if not name.startswith(settings.CHARTER_SECRET_PREFIX):
            raise ConnectorError(
                f"A connection may only name variables that begin with {settings.CHARTER_SECRET_PREFIX}."
            )
        if name not in os.environ:
            raise ConnectorError(f"The variable {name} is not set.", fix="Set it for the web and worker processes.")
        return os.environ[name]
    path = Path(settings.CHARTER_SECRET_FOLDER) / Path(name).name
    if not path.is_file():
        raise ConnectorError(f"There is no secret file {path}.", fix="Mount it, or set CHARTER_SECRET_FOLDER.")
    return path.read_text().strip()


def _keys() -> MultiFernet:
    """Configured keys, newest first; without any, keys derived from the secret key and its fallbacks."""
    if settings.CHARTER_ENCRYPTION_KEYS:
        return MultiFernet([Fernet(key) for key in settings.CHARTER_ENCRYPTION_KEYS])
    return MultiFernet([Fernet(_derive(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derive(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"charter connection secrets").derive(secret.encode())
    return base64.urlsafe_b64encode(key)
