"""The JSON Schema of a file, and what it finds, in words that say what to do."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from charter.files.faults import Fault
from charter.files.reading import Document

KINDS = {"FeatureView": "feature-view"}
API_VERSION = "charter/v1"
MOST_FAULTS = 200  # of one document: whoever has more has misunderstood the format, not mistyped
_TYPES = {
    "string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": "an object of names and values", "null": "nothing",
}  # fmt: skip


@cache
def schema_of(slug: str) -> dict[str, Any]:
    """The schema called so, such as `feature-view`. Raises KeyError."""
    if slug not in KINDS.values():
        raise KeyError(slug)
    return json.loads(files("charter.files").joinpath(f"{slug}.schema.json").read_text(encoding="utf-8"))


@cache
def _validator(slug: str) -> Any:
    return jsonschema_rs.Draft202012Validator(schema_of(slug))


def check(document: Document) -> list[Fault]:
    """What the schema finds in one document; empty when nothing."""
    data = document.data
    if not isinstance(data, dict):
        return [document.fault((), "type", "A document is an object that begins with apiVersion: charter/v1.")]
    if data.get("apiVersion") != API_VERSION:
        return [document.fault(("apiVersion",), "api_version", f"Write apiVersion: {API_VERSION}.")]
    slug = KINDS.get(data["kind"]) if isinstance(data.get("kind"), str) else None
    if slug is None:
        return [document.fault(("kind",), "kind", f"Write kind: {' or '.join(KINDS)}.")]
    found: list[Fault] = []
    for error in _validator(slug).iter_errors(data):
        found += _faults(document, error, schema_of(slug))
        if len(found) >= MOST_FAULTS:
            return [*found, document.fault((), "many", "There is more. Mend these first.")]
    return found


def _faults(document: Document, error: Any, schema: dict[str, Any]) -> Iterator[Fault]:
    place, said = list(error.instance_path), error.kind.as_dict()
    beneath = _beneath(schema, error.schema_path)
    match type(error.kind).__name__:
        case "AdditionalProperties":
            for name in said["unexpected"]:
                yield document.fault([*place, name], "unknown_field", _unknown(name, beneath))
        case "Required":
            hint = _described(beneath.get("properties", {}).get(said["property"], {}), schema)
            yield document.fault(place, "required", f"{said['property']} is missing.{hint}")
        case "PropertyNames":
            yield document.fault(place, "name", "A tag's key has 1 to 120 characters, none of them =.")
        case kind:
            hint = _described(beneath, schema) if place else ""
            yield document.fault(place, kind.lower(), f"{_sentence(kind, said, error.instance)}{hint}")


# What each keyword finds, around the value that it found.
_SENTENCES = {
    "Constant": "Write {expected_value}.",
    "MinLength": "{value} is too short: at least {limit} characters.",
    "MaxLength": "{value} is too long: at most {limit} characters.",
    "MinItems": "At least {limit} here.",
    "MaxItems": "At most {limit} here.",
    "MaxProperties": "At most {limit} here.",
    "UniqueItems": "Something is listed twice.",
    "Minimum": "{value} is below {limit}.",
    "Maximum": "{value} is above {limit}.",
}


def _sentence(kind: str, said: dict[str, Any], value: Any) -> str:
    text = _short(value)
    if kind == "Type":
        return f"{text} is not {' or '.join(_TYPES[one] for one in said['types'])}."
    if kind == "Enum":
        return f"{text} is not one of {', '.join(map(str, said['options']))}{_close(value, said['options'])}."
    return _SENTENCES.get(kind, "{value} is not written as it must be.").format(value=text, **said)


def _unknown(name: str, beneath: dict[str, Any]) -> str:
    known = list(beneath.get("properties", {}))
    return f"There is no field {_short(name)} here{_close(name, known)}. Known: {', '.join(known)}."


def _close(value: Any, known: Any) -> str:
    near = difflib.get_close_matches(str(value)[:80], list(map(str, known)), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _beneath(schema: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    """The part of the schema that a keyword belongs to; for a condition, the object that it is one of."""
    parts = list(path)[:-1]
    while parts and parts[-1] in ("then", "else"):
        parts.pop()
    found: Any = schema
    for part in parts:
        found = found[part]
    return found if isinstance(found, dict) else {}


def _described(part: dict[str, Any], schema: dict[str, Any]) -> str:
    """What the schema says about a field, to follow what is wrong with it."""
    reference = part.get("$ref", "")
    whole = schema["$defs"][reference.rpartition("/")[2]] | part if reference else part
    return f" {whole['description']}" if "description" in whole else ""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return repr(text if len(text) <= 40 else f"{text[:39]}…") if isinstance(value, str) else text[:40]
