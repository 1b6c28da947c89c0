"""What may not appear in a log line."""

import re
from collections.abc import MutableMapping
from typing import Any

_SECRET_KEY = re.compile(r"pass(word|wd)?$|secret|token|api_?key|authorization|cookie", re.IGNORECASE)
# Up to the last "@": passwords hold "@" and "/" too. Hiding too much of an address is the better mistake.
_IN_ADDRESS = re.compile(
    r"(?P<before>://[^:/@\s]*:|[?&;][\w-]*(?:password|passwd|pwd|passphrase|token|secret|api_?key|access_?key)[\w-]*=)"
    r"(?P<secret>(?<=:)\S*(?=@)|(?<==)[^&;\s]*)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$\{(?:env|file):[\w.-]+\}")
HIDDEN = "***"


def scrub(text: str) -> str:
    """The text with passwords in addresses (`scheme://user:password@host`, `?password=`) replaced by stars.

    References to where a password is kept, such as ${env:NAME}, stay: they say nothing secret.
    """
    return _IN_ADDRESS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    return f"{found['before']}{HIDDEN if _REFERENCE.sub('', found['secret']) else found['secret']}"


def drop_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values under secret-looking names and passwords inside addresses."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = scrub(value)
    return event
