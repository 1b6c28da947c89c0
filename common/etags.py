"""Entity tags: has it changed since you read it?

A tag has two halves, `"revision.body"`. `revision` names the state that people edit and is what `If-Match` compares,
so that a measurement which arrives between reading and writing does not turn a good edit away. `body` names the very
bytes of this representation and is what `If-None-Match` compares with the rest.
"""

from hashlib import blake2b

import orjson
from django.http import HttpRequest

from common.problems import PreconditionFailed, PreconditionRequired

ANY = "*"


def digest(data: bytes) -> str:
    return blake2b(data, digest_size=9).hexdigest()


def revision_of(*values: object) -> str:
    """A short name of this state. Two states with equal values have the same name."""
    return digest(orjson.dumps(values, default=str, option=orjson.OPT_SORT_KEYS))


def etag(revision: str, body: bytes) -> str:
    return f'"{revision}.{digest(body)}"'


def is_unchanged(request: HttpRequest, tag: str) -> bool:
    """Whether `If-None-Match` names this representation."""
    given = request.headers.get("If-None-Match", "")
    return bool(given) and (given.strip() == ANY or tag in _tags(given))


def revision_expected(request: HttpRequest) -> str:
    """The revision that `If-Match` names, or `*`. Raises PreconditionRequired without the header."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise PreconditionRequired
    revisions = {tag.strip('"').partition(".")[0] for tag in _tags(given)}
    if len(revisions) != 1:
        raise PreconditionFailed("If-Match must name one state.")
    return revisions.pop()


def _tags(header: str) -> set[str]:
    """A cache or proxy may have made our tags weak; what they name stays the same."""
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
