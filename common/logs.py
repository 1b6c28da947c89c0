"""What may not appear in a log line."""

import re
from collections.abc import MutableMapping
from typing import Any

_SECRET_KEY = re.compile(r"pass(word|wd)?$|secret|token|api_?key|authorization|cookie", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@/\s]+@")


def scrub(text: str) -> str:
    """The text with passwords in addresses (`scheme://user:password@host`) replaced by stars."""
    return _URL_PASSWORD.sub(r"\1:***@", text)


def drop_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values under secret-looking names and passwords inside addresses."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "***"
        elif isinstance(value, str):
            event[key] = scrub(value)
    return event
