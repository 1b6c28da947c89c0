"""May readers of one version read another? In the words of schema registries.

A view is written by its pipeline and read by models. BACKWARD: who is built for the new version can read values of the
old one. FORWARD: who is built for the old version can read values of the new one, so that nothing has to change. FULL
is both, NONE asks nothing; TRANSITIVE looks at every earlier version that is still published, not at the last alone.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from charter.files.documents import FeatureDocument, VersionDocument

MODES = (
    "NONE", "BACKWARD", "FORWARD", "FULL", "BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL_TRANSITIVE",
)  # fmt: skip
# What a reader of the second type can take of the first without loss that matters to a model (as Avro promotes).
_WIDENS = {
    ("int32", "int64"), ("int32", "float32"), ("int32", "float64"), ("int64", "float64"), ("int64", "float32"),
    ("float32", "float64"), ("bytes", "string"), ("string", "bytes"),
}  # fmt: skip


def incompatible(feature: FeatureDocument, number: int, mode: str) -> list[str]:
    """Sentences: why version `number` does not keep what `mode` promises. Empty when it does."""
    direction, _, every = mode.partition("_")
    if direction == "NONE":
        return []
    new = feature.versions[number]
    published = ("active", "deprecated")
    before = [feature.versions[n] for n in sorted(feature.versions) if n < number]
    earlier = [one for one in before if one.status in published]
    found: list[str] = []
    for old in earlier if every else earlier[-1:]:
        if direction in ("BACKWARD", "FULL"):
            found += [f"Readers of v{new.number} cannot take v{old.number}: {why}" for why in _unreadable(new, old)]
        if direction in ("FORWARD", "FULL"):
            found += [f"Readers of v{old.number} cannot take v{new.number}: {why}" for why in _unreadable(old, new)]
    return found


def _unreadable(reader: VersionDocument, writer: VersionDocument) -> Iterator[str]:
    """Why somebody built for `reader` cannot take what `writer` promises."""
    asked, given = reader.terms, writer.terms
    if asked["dtype"] != given["dtype"] and not _is_wider(given["dtype"], asked["dtype"]):
        yield f"{given['dtype']} is no {asked['dtype']}."
    for term, word in (("unit", "unit"), ("vector_dimension", "dimension"), ("vector_metric", "metric")):
        if asked[term] != given[term]:
            yield f"the {word} is {_said(given[term])}, not {_said(asked[term])}."
    if sorted(asked["entity_keys"]) != sorted(given["entity_keys"]):
        yield "the entity keys are others."
    if asked["is_nullable"] is False and given["is_nullable"] is not False and asked["default"] is None:
        yield "values may be missing, and there is no default."
    yield from _outside(asked, given)


def _outside(asked: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    """Values that may come and were never allowed."""
    if asked["allowed_values"] is not None:
        more = [one for one in given["allowed_values"] or () if one not in asked["allowed_values"]]
        if more or given["allowed_values"] is None:
            yield f"other values may come{f', such as {more[0]}' if more else ''}."
    if asked["minimum"] is not None and (given["minimum"] is None or given["minimum"] < asked["minimum"]):
        yield f"values below {asked['minimum']:g} may come."
    if asked["maximum"] is not None and (given["maximum"] is None or given["maximum"] > asked["maximum"]):
        yield f"values above {asked['maximum']:g} may come."


def _is_wider(given: str, asked: str) -> bool:
    for kind in ("array", "set"):
        if given.startswith(f"{kind}<") and asked.startswith(f"{kind}<"):
            given, asked = given[len(kind) + 1 : -1], asked[len(kind) + 1 : -1]
            break
    return given == asked or (given, asked) in _WIDENS


def _said(value: Any) -> str:
    return "not said" if value in (None, "") else str(value)
