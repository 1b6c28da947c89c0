"""Which keys of Redis hold what Feast serves for a kind of entity: all its features in a project, in one hash each."""

from collections.abc import Sequence

from connectors.feast.online_values import NO_ENTITY, STRING
from connectors.records import ConnectorError
from connectors.redis.globs import literal


def keys_of(project: str, join_keys: Sequence[str]) -> bytes:
    """The pattern of an access list for them. Keys of a project whose name ends with this one's fit it too, where they
    have the same join keys: between the two are values, which no pattern can tell from a name."""
    if not project:
        raise ConnectorError("Without the project's name its keys cannot be told from others.")
    names = sorted(join_keys) or list(NO_ENTITY)
    begin = _number(len(names)) + b"".join(_number(STRING) + _number(len(one)) + one for one in map(str.encode, names))
    return literal(begin) + b"*" + literal(project.encode())


def _number(value: int) -> bytes:
    return value.to_bytes(4, "little")
