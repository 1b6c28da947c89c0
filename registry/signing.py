"""Signatures of what clients keep on their disks, so that they know it came from here. Keys follow the secret key.

A client that knows the key of an earlier secret follows to the new one, because the earlier key has signed it.
"""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_ENDORSES = b"charter public key "


def sign(payload: bytes) -> dict[str, str]:
    """{key_id, signature}: Ed25519, base64."""
    key = _key(settings.SECRET_KEY)
    return {"key_id": _name(key), "signature": _text(key.sign(payload))}


def public_keys() -> dict[str, str]:
    """Base64 public keys by name: the one in use, then those of earlier secret keys that are still configured."""
    keys = (_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return {_name(key): _text(key.public_key().public_bytes_raw()) for key in keys}


def endorsements() -> dict[str, dict[str, str]]:
    """For each key the word of the earlier ones that it is ours: {key_id: {earlier key_id: signature}}."""
    keys = [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return {
        _name(key): {_name(old): _text(old.sign(_ENDORSES + key.public_key().public_bytes_raw())) for old in keys[at:]}
        for at, key in enumerate(keys, 1)
    }


def _key(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"charter signatures").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def _name(key: Ed25519PrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
