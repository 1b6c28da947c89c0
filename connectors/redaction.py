"""Keeps credentials that people wrote into a registry, or into its URL, out of what we store and show."""

import re
from collections.abc import Mapping
from math import isfinite

HIDDEN = "(hidden)"
MAX_DEPTH = 20

SECRET_NAME = re.compile(
    r"passw|passphrase|\bpwd\b|secret|token|credential|authorization|connection[-_. ]?str"
    r"|(private|api|access|account|shared|sas|storage|encryption|signing)[-_. ]?key|\bdsn\b",
    re.IGNORECASE,
)
URL_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s]*@")
SETTING = re.compile(
    r"\b(passw(?:or)?d|pwd|secret|token|accountkey|sharedaccesskey|sig|signature"
    r"|x-amz-signature|x-amz-credential|x-amz-security-token)=[^;&\s'\"]+",
    re.IGNORECASE,
)


def without_url_password(text: str) -> str:
    """For SQL, where anything more could change what a query means."""
    return URL_PASSWORD.sub(r"\1:***@", text)


def without_secrets(text: str) -> str:
    """For paths, URLs, connection strings and error messages."""
    return SETTING.sub(r"\1=***", without_url_password(text))


def safe_options(value: object, depth: int = 0) -> object:
    """JSON-like data with secrets hidden and texts that a database and an encoder can take."""
    if depth > MAX_DEPTH:
        return HIDDEN
    if isinstance(value, Mapping):
        return {
            storable(str(name)): HIDDEN if held and SECRET_NAME.search(str(name)) else safe_options(held, depth + 1)
            for name, held in value.items()
        }
    if isinstance(value, list | tuple):
        return [safe_options(item, depth + 1) for item in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return without_secrets(storable(value)) if isinstance(value, str) else value


def storable(text: str) -> str:
    """JSON can smuggle in NUL and halves of surrogate pairs; neither can be stored as UTF-8 text."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
