"""What people may say in a contract, and which of it contradicts itself.

A term is one field of a version. Each check gives {term: what is wrong and what to write instead}; empty is good.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

TERMS = (
    "dtype", "unit", "entity_keys", "default", "default_policy", "is_nullable", "minimum", "maximum", "allowed_values",
    "definition", "definition_url", "vector_dimension", "vector_metric", "privacy_class", "purposes",
)  # fmt: skip
# What a store says of the features it defines. A person who said otherwise would be contradicted by the next pull.
OF_STORE = ("dtype", "entity_keys", "definition", "vector_dimension", "vector_metric")
# Found by measuring: nobody can say these.
MEASURED = ("mean", "median", "mode")
POLICIES = ("none", "constant", *MEASURED)
# From harmless to most sensitive. Empty, nobody has said yet, is none of them.
CLASSES = ("none", "pseudonymous", "quasi-identifier", "direct-identifier", "special-category")
PERSONAL = CLASSES[1:]

WHOLE = {"int32": 2**31, "int64": 2**63}
NUMBERS = (*WHOLE, "float32", "float64")
TEXTS = ("string", "uuid", "decimal", "unix_timestamp", "zoned_timestamp")
SCALARS = ("bool", "bytes", *NUMBERS, *TEXTS, "json", "map", "struct")
DTYPE = re.compile(rf"(?:{'|'.join(SCALARS)}|(?:array|set)<(?:{'|'.join(SCALARS)})>)\Z")
METRICS = ("cosine", "l2", "inner_product", "hamming", "jaccard")
PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")
MOST_VALUES, MOST_PURPOSES, LONGEST_DEFINITION, MOST_DIMENSIONS = 200, 20, 100_000, 100_000
LONGEST_VALUE = 400

Refusals = Iterator[tuple[str, str]]


def faults(terms: Mapping[str, Any]) -> dict[str, str]:
    """What contradicts itself in a whole contract: every term is there, as the columns of a version hold them."""
    found: dict[str, str] = {}
    for check in (_type, _vector, _default, _bounds, _allowed, _texts, _purposes):
        for term, message in check(terms):
            found.setdefault(term, message)
    return found


def gaps(terms: Mapping[str, Any]) -> dict[str, str]:
    """What a draft may leave open and a published version may not."""
    return dict(_gaps(terms))


def _gaps(terms: Mapping[str, Any]) -> Refusals:
    if not terms["dtype"]:
        yield "dtype", "Say the type, such as float64 or array<float32>."
    if not terms["privacy_class"]:
        yield "privacy_class", f"Say the class. Not personal is {CLASSES[0]}."
    if terms["privacy_class"] in PERSONAL and not terms["purposes"]:
        yield "purposes", "Personal data needs at least one purpose, such as fraud_detection."
    if terms["default_policy"] in MEASURED and terms["default"] is None:
        yield "default", f"The {terms['default_policy']} is not measured yet. Measure it, or choose another policy."


def _type(terms: Mapping[str, Any]) -> Refusals:
    if terms["dtype"] and not DTYPE.match(terms["dtype"]):
        yield "dtype", f"Write one of {', '.join(SCALARS)}, or array<…> or set<…> of one of them."


def _vector(terms: Mapping[str, Any]) -> Refusals:
    dimension = terms["vector_dimension"]
    if dimension is None:
        if terms["vector_metric"]:
            yield "vector_dimension", "A metric needs a dimension."
        return
    if not 0 < dimension <= MOST_DIMENSIONS:
        yield "vector_dimension", f"Between 1 and {MOST_DIMENSIONS:,}."
    if not terms["dtype"].startswith("array<"):
        yield "vector_dimension", "Only an array has a dimension. Make the type array<float32>, or leave this out."
    if terms["vector_metric"] and terms["vector_metric"].lower() not in METRICS:
        yield "vector_metric", f"Choose from {', '.join(METRICS)}."


def _default(terms: Mapping[str, Any]) -> Refusals:
    policy, default = terms["default_policy"], terms["default"]
    if policy == "none" and default is not None:
        yield "default_policy", "Say constant: there is a default."
    if policy == "constant" and default is None:
        yield "default", "A constant default needs its value."
    if policy in ("mean", "median") and terms["dtype"] and terms["dtype"] not in NUMBERS:
        yield "default_policy", f"{terms['dtype']} has no {policy}. Choose none, constant or mode."
    if default is not None:
        yield from (("default", fault) for fault in _value_faults(default, terms))


def _bounds(terms: Mapping[str, Any]) -> Refusals:
    low, high = terms["minimum"], terms["maximum"]
    if low is None and high is None:
        return
    at = "minimum" if low is not None else "maximum"
    if terms["dtype"] and terms["dtype"] not in NUMBERS:
        yield at, f"Only numbers have a range, and {terms['dtype']} is none. Use allowed_values, or leave this out."
    if any(bound is not None and not math.isfinite(bound) for bound in (low, high)):
        yield at, "A bound is a finite number."
    elif low is not None and high is not None and low > high:
        yield "minimum", f"The minimum, {low:g}, is above the maximum, {high:g}."


def _allowed(terms: Mapping[str, Any]) -> Refusals:
    values = terms["allowed_values"]
    if values is None:
        return
    if not isinstance(values, list) or not 0 < len(values) <= MOST_VALUES:
        yield "allowed_values", f"A list of 1 to {MOST_VALUES} values; leave it out where all are allowed."
        return
    if terms["minimum"] is not None or terms["maximum"] is not None:
        yield "allowed_values", "Either a range or a list of values, not both."
    for value in values:
        if fault := _type_fault(value, terms["dtype"]):
            yield "allowed_values", fault
    if len({repr(value) for value in values}) < len(values):
        yield "allowed_values", "A value is listed twice."


def _texts(terms: Mapping[str, Any]) -> Refusals:
    if len(terms["definition"]) > LONGEST_DEFINITION:
        yield "definition", f"At most {LONGEST_DEFINITION:,} characters. Put a link into definition_url instead."
    address = terms["definition_url"]
    if address and not _is_address(address):
        yield "definition_url", "An address that begins with https:// or http://, such as one of a file at a commit."
    if any(not key.strip() for key in terms["entity_keys"]):
        yield "entity_keys", "A join key has a name."


def _purposes(terms: Mapping[str, Any]) -> Refusals:
    purposes = terms["purposes"]
    if len(purposes) > MOST_PURPOSES or len(set(purposes)) < len(purposes):
        yield "purposes", f"At most {MOST_PURPOSES}, each once."
    if wrong := [one for one in purposes if not PURPOSE.match(one)]:
        yield "purposes", f"{_short(wrong[0])} is no purpose: small letters, digits and _, such as fraud_detection."
    if terms["privacy_class"] not in ("", *CLASSES):
        yield "privacy_class", f"Choose from {', '.join(CLASSES)}."


def _is_address(text: str) -> bool:
    try:
        found = urlsplit(text)
    except ValueError:
        return False
    return found.scheme in ("https", "http") and bool(found.netloc) and "@" not in found.netloc


def _value_faults(value: Any, terms: Mapping[str, Any]) -> Iterator[str]:
    """What keeps `value` from being one of this contract's values."""
    if fault := _type_fault(value, terms["dtype"]):
        yield fault
        return
    dimension = terms["vector_dimension"]
    if dimension and isinstance(value, list) and len(value) != dimension:
        yield f"{len(value)} numbers, and the vector has {dimension}."
    if isinstance(terms["allowed_values"], list) and value not in terms["allowed_values"]:
        yield f"{_short(value)} is not among the allowed values."
    low, high = terms["minimum"], terms["maximum"]
    if terms["dtype"] in NUMBERS and not (-math.inf if low is None else low) <= value <= (
        math.inf if high is None else high
    ):
        yield f"{_short(value)} is outside of the range."


def _type_fault(value: Any, dtype: str) -> str:
    """Why `value` is none of this type; empty when it is one, or when nobody has said the type yet."""
    if not dtype or not DTYPE.match(dtype):
        return ""
    kind, _, inner = dtype.rstrip(">").partition("<")
    if not inner:
        return "" if _is_of(value, kind) else f"{_short(value)} is no {kind}."
    if not isinstance(value, list):
        return f"{_short(value)} is no list, and the type is {dtype}."
    return next((fault for one in value if (fault := _type_fault(one, inner))), "")


def _is_of(value: Any, kind: str) -> bool:
    if kind in WHOLE:
        return isinstance(value, int) and not isinstance(value, bool) and -WHOLE[kind] <= value < WHOLE[kind]
    if kind in NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind == "bool":
        return isinstance(value, bool)
    if kind in TEXTS:
        return isinstance(value, str) and len(value) <= LONGEST_VALUE
    if kind in ("map", "struct"):
        return isinstance(value, dict)
    return kind == "json"  # bytes cannot be written here


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
