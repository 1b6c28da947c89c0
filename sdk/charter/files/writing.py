"""A view as YAML, the way people write it: what is usual is left out, and what is read again says the same."""

from typing import Any

import yaml

from charter.files.documents import WRITTEN, FeatureDocument, VersionDocument, ViewDocument
from charter.files.durations import written
from charter.files.schema import API_VERSION

_USUAL = {"status": "active", "version": 1}


def to_yaml(view: ViewDocument, *, schema: str = "") -> str:
    """One document. `schema` is the address for editors, put on top."""
    text = dumped(to_data(view))
    return f"# yaml-language-server: $schema={schema}\n{text}" if schema else text


def dumped(data: dict[str, Any]) -> str:
    """Plain data as YAML."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110, default_flow_style=False)


def to_data(view: ViewDocument) -> dict[str, Any]:
    """The document as plain data."""
    slo: dict[str, Any] = {}
    if view.slo_freshness is not None:
        slo["freshness"] = written(view.slo_freshness)
    if view.slo_max_null_rate is not None:
        slo["maxNullPercent"] = _number(round(view.slo_max_null_rate * 100, 10))
    if view.slo_drift is not None:
        slo["drift"] = view.slo_drift
    spec: dict[str, Any] = {
        "kind": view.kind if view.kind != "batch" else None,
        "entities": [{"name": name, "joinKeys": keys} for name, keys in view.entities.items()],
        "source": view.source or None, "every": written(view.every) if view.every else None,
        "online": view.online or None, "ttl": written(view.ttl) if view.ttl else None, "slo": slo or None,
    }  # fmt: skip
    features = [item for one in view.features.values() for item in _items(view, one)]
    meta = {
        "project": view.project, "name": view.name, "owner": f"team:{view.owner}" if view.owner else None,
        "description": view.description or None,
    }  # fmt: skip
    return {
        "apiVersion": API_VERSION, "kind": "FeatureView", "metadata": _said(meta),
        "spec": _said(spec) | {"features": features},
    }  # fmt: skip


def _items(view: ViewDocument, feature: FeatureDocument) -> list[dict[str, Any]]:
    return [_item(view, feature, version) for _, version in sorted(feature.versions.items())]


def _item(view: ViewDocument, feature: FeatureDocument, version: VersionDocument) -> dict[str, Any]:
    item: dict[str, Any] = {"name": feature.name}
    if version.number != 1 or len(feature.versions) > 1:
        item["version"] = version.number
    for name in ("dtype", "unit"):
        item[name] = version.terms[name] or None
    if version is feature.newest:
        item["description"] = feature.description or None
        item["owner"] = f"team:{feature.owner}" if feature.owner else None
        item["tags"] = feature.tags or None
        item["drift"] = feature.slo_drift
    item["note"] = version.note or None
    for term, (first, *rest) in WRITTEN.items():
        value = version.terms[term]
        if value in (None, "") or (value == [] and term != "purposes") or _is_usual(view, version, term):
            continue
        if rest:
            item.setdefault(first, {})[rest[0]] = value
        else:
            item[first] = value
    if version.status != "active":
        item["status"] = version.status
    if version.sunset and version.status in ("deprecated", "retired"):
        item["deprecation"] = _said(
            {"sunset": version.sunset, "reason": version.reason, "replacement": version.replacement or None}
        )
    return _said(item)


def _is_usual(view: ViewDocument, version: VersionDocument, term: str) -> bool:
    """Whether leaving the term out says the same."""
    value = version.terms[term]
    return (
        (term == "entity_keys" and value == view.join_keys)
        or (term == "default_policy" and value in ("none", "constant"))
        or (term == "purposes" and not value)
        or (term == "default" and version.terms["default_policy"] not in ("none", "constant"))
        or term in ("dtype", "unit")
    )


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


class _Dumper(yaml.SafeDumper):
    """Short lists of plain values stay on one line, and nothing is ever an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        plain = all(not isinstance(one, dict | list) for one in sequence)
        return super().represent_sequence(tag, sequence, flow_style=plain)


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    """PyYAML quotes words that older readers take for something else (no, 12:30:00); long texts are blocks."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)
