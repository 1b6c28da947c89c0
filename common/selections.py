"""What a caller asks to see of a resource: `?fields=key,owner` and `?expand=owner,view.owner`."""

from collections.abc import Mapping

from common.fields import Expandable, ExpandableOne, Selection, SerializerClass, declared, expandable
from common.problems import InvalidParameter

DEEPEST = 2


def select(query: Mapping[str, str], serializer: SerializerClass) -> Selection:
    """The selection that `fields` and `expand` of a query describe. Unknown names raise InvalidParameter."""
    only = frozenset(_listed(query.get("fields", "")))
    if unknown := sorted(only - declared(serializer).keys()):
        raise unknown_choice("fields", unknown[0], list(declared(serializer)))
    opened = Selection(only)
    for path in _listed(query.get("expand", "")):
        _open(opened, path.split("."), serializer)
    return opened


def _open(selection: Selection, path: list[str], serializer: SerializerClass) -> None:
    if len(path) > DEEPEST:
        raise unknown_choice("expand", ".".join(path), [], note=f"At most {DEEPEST} levels can be expanded.")
    name = path[0]
    field = declared(serializer).get(name)
    if not isinstance(field, Expandable | ExpandableOne):
        raise unknown_choice("expand", name, expandable(serializer))
    inner = selection.expanded.setdefault(name, Selection())
    if path[1:]:
        _open(inner, path[1:], field.serializer)


def expandable_paths(serializer: SerializerClass, depth: int = DEEPEST) -> list[str]:
    """Everything that `expand` takes, as `view` and `view.owner`."""
    paths = []
    for name in expandable(serializer) if depth else []:
        inner = declared(serializer)[name].serializer  # type: ignore[attr-defined]  # those that expand have one
        paths += [name, *(f"{name}.{path}" for path in expandable_paths(inner, depth - 1))]
    return paths


def _listed(text: str) -> list[str]:
    return [name for name in (part.strip() for part in text.split(",")) if name]


def unknown_choice(parameter: str, given: str, valid: list[str], *, note: str = "") -> InvalidParameter:
    """`given` is none of the valid values of a query parameter: say which are."""
    choices = f"Choose from: {', '.join(valid)}." if valid else ""
    detail = " ".join(filter(None, (f"{given[:80]!r} is not possible here.", note, choices)))
    return InvalidParameter(
        detail, errors=[{"parameter": parameter, "code": "unknown_value", "detail": detail}], fix=choices
    )
