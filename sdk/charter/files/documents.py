"""A feature view as both ends understand it, whether it came from a file or from the registry.

Durations are seconds, shares are fractions, terms are named as in `charter.terms`. Equal documents say the same.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from charter.files.durations import seconds
from charter.files.faults import Fault
from charter.files.reading import Document
from charter.limits import drift_fault
from charter.terms import MEASURED
from charter.terms import faults as contradictions

EMPTY_TERMS: dict[str, Any] = {
    "dtype": "", "unit": "", "entity_keys": [], "default": None, "default_policy": "none", "is_nullable": None,
    "minimum": None, "maximum": None, "allowed_values": None, "definition": "", "definition_url": "",
    "vector_dimension": None, "vector_metric": "", "privacy_class": "", "purposes": [],
}  # fmt: skip
# Where a file writes what the registry calls a term.
WRITTEN = {
    "dtype": ("dtype",), "unit": ("unit",), "entity_keys": ("entityKeys",), "default": ("default",),
    "default_policy": ("defaultFrom",), "is_nullable": ("nullable",), "minimum": ("minimum",), "maximum": ("maximum",),
    "allowed_values": ("allowedValues",), "definition": ("definition", "text"), "definition_url": ("definition", "url"),
    "vector_dimension": ("vector", "dimension"), "vector_metric": ("vector", "metric"),
    "privacy_class": ("privacy", "class"), "purposes": ("privacy", "purposes"),
}  # fmt: skip


@dataclass(slots=True)
class VersionDocument:
    """The contract of one version, and where it stands in its life."""

    number: int
    terms: dict[str, Any]
    status: str = "active"
    note: str = ""
    sunset: str = ""
    reason: str = ""
    replacement: str = ""


@dataclass(slots=True)
class FeatureDocument:
    """One feature with its versions by number."""

    name: str
    description: str = ""
    owner: str = ""  # slug of a team; empty: the view's
    tags: dict[str, str] = field(default_factory=dict)
    slo_drift: dict[str, Any] | None = None  # None: as its view
    versions: dict[int, VersionDocument] = field(default_factory=dict)

    @property
    def newest(self) -> VersionDocument:
        return self.versions[max(self.versions)]


@dataclass(slots=True)
class ViewDocument:
    """One feature view with its features by name."""

    project: str
    name: str
    owner: str = ""
    description: str = ""
    kind: str = "batch"
    entities: dict[str, list[str]] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    every: int | None = None
    online: bool = False
    ttl: int | None = None
    slo_freshness: int | None = None
    slo_max_null_rate: float | None = None
    slo_drift: dict[str, Any] | None = None
    features: dict[str, FeatureDocument] = field(default_factory=dict)
    origin: Document | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        return f"{self.project}.{self.name}"

    def part(self, key: str) -> tuple[str, int | None]:
        """Feature and version that a key below this view's names: ("", None) is the view itself."""
        name, _, number = key.removeprefix(self.key).removeprefix(".").partition("@")
        return name, int(number) if number else None

    @property
    def join_keys(self) -> list[str]:
        return [key for keys in self.entities.values() for key in keys]


def view_from(document: Document) -> ViewDocument:
    """What a document says that the schema has passed."""
    meta, spec = document.data["metadata"], document.data["spec"]
    slo = spec.get("slo", {})
    view = ViewDocument(
        meta["project"], meta["name"], _team(meta["owner"]), meta["description"].strip(), spec.get("kind", "batch"),
        {entity["name"]: list(entity["joinKeys"]) for entity in spec["entities"]}, dict(spec.get("source", {})),
        _length(spec.get("every")), spec.get("online", False), _length(spec.get("ttl")), _length(slo.get("freshness")),
        slo["maxNullPercent"] / 100 if "maxNullPercent" in slo else None, slo.get("drift"), origin=document,
    )  # fmt: skip
    for item in spec["features"]:
        feature = view.features.setdefault(item["name"], FeatureDocument(item["name"]))
        version = _version(item, view.join_keys)
        feature.versions.setdefault(version.number, version)
        feature.description = item.get("description", "").strip() or feature.description
        feature.owner = _team(item["owner"]) if "owner" in item else feature.owner
        feature.tags |= item.get("tags", {})
        feature.slo_drift = item.get("drift", feature.slo_drift)
    return view


def check_view(document: Document) -> list[Fault]:
    """What contradicts itself in a document that the schema has passed."""
    return [*_repetitions(document), *_sayings(document), *_contracts(document), *_limits(document)]


def _limits(document: Document) -> Iterator[Fault]:
    places: list[tuple[tuple[str | int, ...], Any]] = [
        (("spec", "slo", "drift"), document.data["spec"].get("slo", {}).get("drift"))
    ]
    places += [((*place, "drift"), item.get("drift")) for place, item in _items(document)]
    for place, said in places:
        if said is not None and (fault := drift_fault(said)):
            yield document.fault(place, "contradiction", fault)


def _version(item: Mapping[str, Any], keys: list[str]) -> VersionDocument:
    terms = EMPTY_TERMS | {"entity_keys": list(keys), "purposes": []}
    for term, (first, *rest) in WRITTEN.items():
        held = item.get(first)
        if rest and isinstance(held, Mapping):
            held = held.get(rest[0])
        if held is not None:
            terms[term] = held.strip() if isinstance(held, str) and term != "default" else held
    if "defaultFrom" not in item and terms["default"] is not None:
        terms["default_policy"] = "constant"
    deprecation = item.get("deprecation", {})
    return VersionDocument(
        item.get("version", 1), terms, item.get("status", "active"), item.get("note", "").strip(),
        deprecation.get("sunset", ""), deprecation.get("reason", "").strip(), deprecation.get("replacement", ""),
    )  # fmt: skip


def _repetitions(document: Document) -> Iterator[Fault]:
    seen: set[tuple[str, int]] = set()
    names: dict[str, str] = {}
    for place, item in _items(document):
        version = (item["name"], item.get("version", 1))
        if version in seen:
            yield document.fault(place, "repeated", f"{version[0]}@{version[1]} is here twice. Keep one.")
        seen.add(version)
        other = names.setdefault(item["name"].casefold(), item["name"])
        if other != item["name"]:
            said = f"{item['name']} and {other} differ in capital letters alone."
            yield document.fault((*place, "name"), "repeated", said)
    entities = [entity["name"] for entity in document.data["spec"]["entities"]]
    if len(set(entities)) < len(entities):
        yield document.fault(("spec", "entities"), "repeated", "An entity is listed twice.")


def _sayings(document: Document) -> Iterator[Fault]:
    """What belongs to the feature is said once, or the same each time."""
    said: dict[tuple[str, str], Any] = {}
    described: dict[str, tuple[str | int, ...]] = {}
    for place, item in _items(document):
        for name in ("description", "owner", "tags", "drift"):
            if name in item and said.setdefault((item["name"], name), item[name]) != item[name]:
                hint = " Say in `note` what differs between versions." if name == "description" else ""
                reason = f"Another version of {item['name']} says another {name}, which belongs to the feature.{hint}"
                yield document.fault((*place, name), "contradiction", reason)
        described.setdefault(item["name"], place)
    for name, place in described.items():
        if (name, "description") not in said:
            yield document.fault(place, "required", "description is missing. What it measures, over which time.")


def _contracts(document: Document) -> Iterator[Fault]:
    key = ".".join((document.data["metadata"]["project"], document.data["metadata"]["name"]))
    keys = [one for entity in document.data["spec"]["entities"] for one in entity["joinKeys"]]
    for place, item in _items(document):
        version = _version(item, keys)
        is_measured = version.terms["default_policy"] in MEASURED  # what a file says of it is not heard
        terms = version.terms | ({"default": None} if is_measured else {})
        for term, message in contradictions(terms).items():
            yield document.fault((*place, *_written(term, item)), "contradiction", message)
        yield from _deprecation(document, place, item, f"{key}.{item['name']}@{version.number}")


def _deprecation(document: Document, place: Any, item: Mapping[str, Any], reference: str) -> Iterator[Fault]:
    deprecation = item.get("deprecation")
    if deprecation is None:
        return
    here = (*place, "deprecation")
    if item.get("status", "active") not in ("deprecated", "retired"):
        yield document.fault(here, "contradiction", "Write status: deprecated, or leave the deprecation out.")
    try:
        datetime.date.fromisoformat(deprecation["sunset"])
    except ValueError:
        yield document.fault((*here, "sunset"), "date", f"{deprecation['sunset']} is no day of any calendar.")
    if deprecation.get("replacement") == reference:
        yield document.fault((*here, "replacement"), "contradiction", "A version cannot replace itself.")


def _items(document: Document) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    for number, item in enumerate(document.data["spec"]["features"]):
        yield ("spec", "features", number), item


def _written(term: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    """The place of a term in an item, as deep as the item has it."""
    where = WRITTEN[term]
    return where if where[0] in item else ()


def _team(owner: str) -> str:
    return owner.removeprefix("team:")


def _length(text: str | None) -> int | None:
    return None if text is None else seconds(text)
