"""Names in addresses: `<name:feature>` carries any name that a store allows, slashes and spaces included.

Servers decode `%2F` before Django sees a path, so a slash is written twice-encoded, as `%252F`; a reader who types a
plain name never notices. Importing this module registers the converter.
"""

from urllib.parse import unquote

from django.urls import register_converter

# A per cent sign first, or it would change the escapes that follow. Browsers swallow path segments of dots alone.
_ESCAPES = {"%": "%25", "/": "%2F", "\\": "%5C"}


class NameConverter:
    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        for char, escape in _ESCAPES.items():
            value = value.replace(char, escape)
        return value.replace(".", "%2E") if value in {".", ".."} else value


register_converter(NameConverter, "name")
