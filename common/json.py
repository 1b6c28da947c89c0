"""JSON in and out: orjson both ways, and nothing let in that PostgreSQL or we would choke on."""

import zlib
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from common.problems import Malformed, TooLarge

DEEPEST = 64
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def dumps(data: object) -> bytes:
    """UTF-8 JSON. Moments end in Z; `orjson.Fragment` passes through what PostgreSQL already wrote."""
    return orjson.dumps(data, default=str, option=_OPTIONS)


def loads(body: bytes, *, without_nul: bool = False) -> Any:
    """What strict JSON says.

    Raises Malformed for bad syntax, lone surrogates, NaN, NUL characters and nesting deeper than 64: PostgreSQL cannot
    store the first ones, and the last would exhaust the stack of whatever walks it. Of a repeated key the last counts.
    `without_nul` puts U+FFFD for NUL characters instead, for what no person can correct.
    """
    if without_nul:
        body = body.replace(b"\\u0000", b"\\ufffd")
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error}.") from None
    _check(data, may_hold_nul=b"\\u0000" in body)
    return data


def _check(data: Any, *, may_hold_nul: bool) -> None:
    """Walk level by level, without recursion."""
    level = [data]
    for _ in range(DEEPEST):
        if may_hold_nul and any(_has_nul(value) for value in level):
            raise Malformed("The body holds a NUL character (\\u0000), which text may not contain.")
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise Malformed(f"The body is nested deeper than {DEEPEST} levels.")


def _has_nul(value: Any) -> bool:
    texts = value if isinstance(value, dict) else (value,) if isinstance(value, str) else ()
    return any("\x00" in text for text in texts)


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else dumps(data)


class StrictJSONParser(BaseParser):
    """Reads `application/json`, plain or gzipped, up to the size the installation allows."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request = (parser_context or {}).get("request")
        encoding = request.headers.get("Content-Encoding", "identity") if request is not None else "identity"
        return loads(inflate(read_at_most(stream), encoding))


class MergePatchParser(StrictJSONParser):
    """RFC 7396: an object of the fields to change."""

    media_type = "application/merge-patch+json"


def read_at_most(stream: IO[bytes]) -> bytes:
    """The whole stream; TooLarge past the installation's limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(limit)
    return body


def inflate(body: bytes, encoding: str) -> bytes:
    """The body without its `Content-Encoding`. One that unpacks to more than the limit is TooLarge."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Malformed(f"Content-Encoding {encoding[:20]!r} is not understood. Send gzip or none.")
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise Malformed("The body says it is gzip, and is not.") from None
    if len(plain) > limit:
        raise TooLarge(limit)
    if not unpacking.eof:
        raise Malformed("The gzip body ends too early.")
    return plain
