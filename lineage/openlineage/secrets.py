"""What may not be kept of an event: passwords in addresses and SQL, values under names that are secrets."""

import re
from typing import Any

from common.logs import HIDDEN, scrub

_KEY = r"pass(?:word|wd)?|pwd|secret\w*|\w*token|api_?key|access_?key\w*|private_?key|authorization|credentials?"
_NAME = re.compile(rf"^(?:\w*[_-])?(?:{_KEY})$", re.IGNORECASE)
# `password = 'x'`, `PASSWORD 'x'`, `identified by "x"`, `--token x`, `aws_secret_access_key=x`
_IN_TEXT = re.compile(
    rf"(?P<before>\b\w*(?:{_KEY}|identified\s+by)\s*(?:=>?|:)\s*['\"]?|\b(?:{_KEY}|identified\s+by)\s+['\"]"
    rf"|--(?:{_KEY})[= ]['\"]?)(?P<secret>[^\s'\";,)&]+)",
    re.IGNORECASE,
)
_IN_HEADER = re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)(?P<secret>[\w.~+/=-]{8,})", re.IGNORECASE)
# A look at the whole body first: nearly all events hold nothing of the kind, and looking for words is cheap.
_SUSPECT = (
    b"bearer ", b"basic ", b"pass", b"pwd", b"secret", b"token", b"apikey", b"api_key", b"accesskey", b"access_key",
    b"privatekey", b"private_key", b"authorization", b"credential", b"identified",
)  # fmt: skip


def may_hold_secrets(body: bytes) -> bool:
    lower = body.lower()
    return any(word in lower for word in _SUSPECT) or (b"://" in body and b"@" in body)


def without_secrets(value: Any) -> Any:
    """The same JSON with stars for what is secret."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [without_secrets(one) for one in value]
    if isinstance(value, dict):
        return _object(value)
    return value


def hide(text: str) -> str:
    """Source code, SQL or an address, with stars for passwords and keys in it."""
    for pattern in (_IN_HEADER, _IN_TEXT):
        text = pattern.sub(rf"\g<before>{HIDDEN}", text)
    return scrub(text)


def _object(value: dict[str, Any]) -> dict[str, Any]:
    """Hides by name, also where name and value stand beside each other, as in lists of environment variables."""
    plain = {key: _kept(key, held) for key, held in value.items()}
    name = value.get("name", value.get("key"))
    if isinstance(name, str) and isinstance(value.get("value"), str) and _NAME.match(name):
        plain["value"] = HIDDEN
    return plain


def _kept(key: str, held: Any) -> Any:
    return HIDDEN if isinstance(held, str) and held and _NAME.match(key) else without_secrets(held)
