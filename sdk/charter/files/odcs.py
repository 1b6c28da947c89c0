"""Feature views as data contracts of the Open Data Contract Standard 3.1 (ODCS), and such contracts as feature views.

What ODCS has a field for goes there: keys, types, nulls, classification, limits, service levels, team. What is
Charter's own stands in `customProperties`, so that a contract that Charter wrote says the same when it is read again. A
contract of somebody else becomes as much of a feature view as it says; `charter validate` names what is missing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from charter.files.documents import FeatureDocument, VersionDocument, ViewDocument
from charter.files.writing import dumped, to_data
from charter.terms import CLASSES, DTYPE, NUMBERS, WHOLE

API_VERSION, KIND = "v3.1.0", "DataContract"
_NAMESPACE = "urn:charter:"
_LOGICAL = {
    "bool": "boolean", "bytes": "string", "string": "string", "uuid": "string", "decimal": "number",
    "unix_timestamp": "timestamp", "zoned_timestamp": "timestamp", "json": "object", "map": "object",
    "struct": "object",
}  # fmt: skip
_FROM_LOGICAL = {
    "string": "string", "integer": "int64", "number": "float64", "boolean": "bool", "timestamp": "unix_timestamp",
    "date": "unix_timestamp", "time": "string", "object": "struct", "map": "map",
}  # fmt: skip
_UNITS = {
    "s": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3_600, "hr": 3_600, "hour": 3_600, "d": 86_400,
    "day": 86_400, "w": 604_800, "week": 604_800, "y": 31_536_000, "yr": 31_536_000, "year": 31_536_000,
}  # fmt: skip
_STATES = ("draft", "active", "deprecated", "retired")
_WRITTEN = re.compile(r"(?P<name>.+)@(?P<number>[1-9]\d{0,8})\Z")


def to_contract(view: ViewDocument) -> str:
    """One contract as YAML."""
    return dumped(contract_of(view))


def contract_of(view: ViewDocument) -> dict[str, Any]:
    """The view as a contract. Its version is the highest of its features', and how many versions there are."""
    versions = [one for feature in view.features.values() for one in feature.versions.values()]
    number = f"{max((one.number for one in versions), default=1)}.{len(versions)}.0"
    own = {
        "kind": view.kind, "online": view.online, "source": view.source, "maxNullRate": view.slo_max_null_rate,
        "drift": view.slo_drift,
        "entities": [{"name": name, "joinKeys": keys} for name, keys in view.entities.items()],
    }  # fmt: skip
    contract = {
        "apiVersion": API_VERSION, "kind": KIND, "id": f"{_NAMESPACE}{view.key}", "name": view.name, "version": number,
        "status": _status(versions), "domain": view.project,
        "description": {"purpose": view.description} if view.description else None,
        "team": {"name": view.owner} if view.owner else None, "schema": [_table(view)],
        "slaProperties": list(_service_levels(view)) or None, "customProperties": _own(own),
    }  # fmt: skip
    return _said(contract)


def _table(view: ViewDocument) -> dict[str, Any]:
    keys = [
        {
            "name": key, "logicalType": "string", "required": True, "primaryKey": True, "primaryKeyPosition": at,
            "customProperties": _own({"entity": entity}),
        }
        for at, (entity, key) in enumerate(((name, key) for name, keys in view.entities.items() for key in keys), 1)
    ]  # fmt: skip
    features = [
        _property(view, feature, version)
        for feature in view.features.values()
        for _, version in sorted(feature.versions.items())
    ]
    table = {"name": view.name, "logicalType": "object", "physicalType": "feature view"}
    return table | {"description": view.description or view.name, "properties": [*keys, *features]}


def _property(view: ViewDocument, feature: FeatureDocument, version: VersionDocument) -> dict[str, Any]:
    terms, is_newest = version.terms, version is feature.newest
    said = {
        "name": feature.name if is_newest else f"{feature.name}@{version.number}",
        "description": feature.description or None, "physicalType": terms["dtype"] or None,
        **_logical(terms["dtype"]), "logicalTypeOptions": _options(terms) or None,
        "required": None if terms["is_nullable"] is None else not terms["is_nullable"],
        "classification": terms["privacy_class"] or None, "transformLogic": terms["definition"] or None,
        "tags": [f"{key}={value}" if value else key for key, value in feature.tags.items()] or None,
        "quality": _allowed(terms), "authoritativeDefinitions": _links(terms["definition_url"]),
    }  # fmt: skip
    own = {
        "version": version.number, "status": version.status, "owner": feature.owner, "unit": terms["unit"],
        "default": terms["default"], "defaultPolicy": terms["default_policy"], "purposes": terms["purposes"],
        "entityKeys": terms["entity_keys"] if terms["entity_keys"] != view.join_keys else [],
        "vectorMetric": terms["vector_metric"], "note": version.note, "sunset": version.sunset,
        "reason": version.reason, "replacement": version.replacement,
    }  # fmt: skip
    return _said(said) | {"customProperties": _own(own)}


def _logical(dtype: str) -> dict[str, Any]:
    if dtype.startswith(("array<", "set<")):
        inner = dtype.partition("<")[2].rstrip(">")
        return {"logicalType": "array", "items": {"logicalType": _plain(inner), "physicalType": inner}}
    return {"logicalType": _plain(dtype)} if dtype else {}


def _plain(dtype: str) -> str:
    return "integer" if dtype in WHOLE else "number" if dtype in NUMBERS else _LOGICAL.get(dtype, "string")


def _options(terms: Mapping[str, Any]) -> dict[str, Any]:
    size = terms["vector_dimension"]
    limits = {"minimum": terms["minimum"], "maximum": terms["maximum"], "minItems": size, "maxItems": size}
    return _said(limits)


def _allowed(terms: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    if not terms["allowed_values"]:
        return None
    values = {"validValues": terms["allowed_values"]}
    return [{"type": "library", "metric": "invalidValues", "arguments": values, "mustBe": 0}]


def _links(url: str) -> list[dict[str, str]] | None:
    return [{"url": url, "type": "implementation"}] if url else None


def _service_levels(view: ViewDocument) -> Iterator[dict[str, Any]]:
    for name, value in (("latency", view.slo_freshness), ("frequency", view.every), ("retention", view.ttl)):
        if value is not None:
            yield {"property": name, "value": value, "unit": "s", "element": view.name}


def _status(versions: list[VersionDocument]) -> str:
    """The liveliest state of what is in it."""
    held = {one.status for one in versions}
    return next((state for state in ("active", "deprecated", "draft", "retired") if state in held), "draft")


def _own(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in values.items() if value not in (None, "", [], {})]


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def is_contract(data: Any) -> bool:
    """Whether a document says that it is such a contract."""
    return isinstance(data, dict) and data.get("kind") == KIND


def views_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The feature views of a contract, one for each of its tables, as documents of `charter/v1`.

    Nothing is made up: what the contract does not say is left out, and the schema says so. Raises ValueError where it
    is no contract.
    """
    tables = data.get("schema")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("This contract has no schema: a list of tables with their properties.")
    return [_document(data, table) for table in tables]


def _document(data: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    own = _custom(data)
    view = ViewDocument(_text(data.get("domain")), _text(table.get("name")), _team(data.get("team")))
    description = data.get("description")
    purpose = description.get("purpose") if isinstance(description, Mapping) else ""
    view.description = _text(purpose) or _text(table.get("description"))
    view.kind = _text(own.get("kind")) or "batch"
    view.online = own.get("online") is True
    if isinstance(own.get("source"), Mapping):
        view.source = {str(name): str(value) for name, value in own["source"].items()}
    if isinstance(own.get("maxNullRate"), int | float):
        view.slo_max_null_rate = float(own["maxNullRate"])
    if isinstance(own.get("drift"), Mapping):
        view.slo_drift = dict(own["drift"])
    levels = {_text(one.get("property")): _length(one) for one in _mappings(data.get("slaProperties"))}
    view.slo_freshness, view.every, view.ttl = (levels.get(one) for one in ("latency", "frequency", "retention"))
    properties = _mappings(table.get("properties"))
    view.entities = _entities(own, [one for one in properties if one.get("primaryKey") is True])
    for one in properties:
        if one.get("primaryKey") is not True:
            _add(view, one)
    return to_data(view)


def _entities(own: Mapping[str, Any], keys: list[Mapping[str, Any]]) -> dict[str, list[str]]:
    """As Charter wrote them; else each key names its entity: user_id is of user."""
    if said := _mappings(own.get("entities")):
        return {_text(one.get("name")): _texts(one.get("joinKeys")) for one in said}
    found: dict[str, list[str]] = {}
    for key in sorted(keys, key=lambda one: one.get("primaryKeyPosition") or 0):
        name = _text(key.get("name"))
        found.setdefault(_text(_custom(key).get("entity")) or name.removesuffix("_id"), []).append(name)
    return found


def _add(view: ViewDocument, said: Mapping[str, Any]) -> None:
    own, written_as = _custom(said), _text(said.get("name"))
    found = _WRITTEN.match(written_as) if "version" in own else None
    name = found["name"] if found else written_as
    feature = view.features.setdefault(name, FeatureDocument(name))
    feature.description = _text(said.get("description")) or feature.description
    feature.owner = _text(own.get("owner")) or feature.owner
    feature.tags |= dict(map(_tag, _texts(said.get("tags"))))
    number = own.get("version")
    version = VersionDocument(number if isinstance(number, int) and number > 0 else 1, _terms(view, said, own))
    version.status = own["status"] if own.get("status") in _STATES else "active"
    version.note, version.sunset = _text(own.get("note")), _text(own.get("sunset"))
    version.reason, version.replacement = _text(own.get("reason")), _text(own.get("replacement"))
    feature.versions[version.number] = version


def _terms(view: ViewDocument, said: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    options = said.get("logicalTypeOptions")
    limits = options if isinstance(options, Mapping) else {}
    size = limits.get("minItems") if limits.get("minItems") == limits.get("maxItems") else None
    required, classified = said.get("required"), said.get("classification")
    links = _mappings(said.get("authoritativeDefinitions"))
    return {
        "dtype": _dtype(said), "unit": _text(own.get("unit")),
        "entity_keys": _texts(own.get("entityKeys")) or view.join_keys, "default": own.get("default"),
        "default_policy": _text(own.get("defaultPolicy")) or ("none" if own.get("default") is None else "constant"),
        "is_nullable": None if not isinstance(required, bool) else not required, "minimum": limits.get("minimum"),
        "maximum": limits.get("maximum"), "allowed_values": _values(said),
        "definition": _text(said.get("transformLogic")),
        "definition_url": next((_text(one.get("url")) for one in links if one.get("type") == "implementation"), ""),
        "vector_dimension": size, "vector_metric": _text(own.get("vectorMetric")),
        "privacy_class": classified if classified in CLASSES else "",
        "purposes": _texts(own.get("purposes")),
    }  # fmt: skip


def _dtype(said: Mapping[str, Any]) -> str:
    physical, logical = _text(said.get("physicalType")), _text(said.get("logicalType"))
    if DTYPE.match(physical):
        return physical
    if logical == "array":
        items = said.get("items")
        return f"array<{_dtype(items) if isinstance(items, Mapping) else 'string'}>"
    return _FROM_LOGICAL.get(logical, "")


def _values(said: Mapping[str, Any]) -> list[Any] | None:
    for rule in _mappings(said.get("quality")):
        arguments = rule.get("arguments")
        if rule.get("metric") == "invalidValues" and isinstance(arguments, Mapping):
            values = arguments.get("validValues")
            return list(values) if isinstance(values, list) else None
    return None


def _custom(said: Mapping[str, Any]) -> dict[str, Any]:
    return {_text(one.get("property")): one.get("value") for one in _mappings(said.get("customProperties"))}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _team(said: Any) -> str:
    """The team's name; before 3.1 a contract had a list of people instead."""
    return _text(said.get("name")) if isinstance(said, Mapping) else ""


def _tag(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _length(said: Mapping[str, Any]) -> int | None:
    value, unit = said.get("value"), _UNITS.get(_text(said.get("unit")).lower().removesuffix("s") or "s")
    if unit is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value * unit)
