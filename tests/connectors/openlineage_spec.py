"""Judges events by OpenLineage's own JSON Schemas, and by ours for the facets that are ours."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

OURS = Path(__file__).parents[2] / "connectors" / "openlineage" / "schemas"
OTHERS = ("dbt_exposures", "dbt_node", "dbt_run")  # facets of others that are described elsewhere


def assert_valid(events: list[dict[str, Any]], real_inputs: Path) -> None:
    """Each event, and each facet in it, is what the schema that it names itself demands."""
    spec = real_inputs / "openlineage" / "spec"
    for event in events:
        _check(event["schemaURL"], event, spec)
        for name, facet in _facets(event):
            assert facet["_producer"] == event["producer"]
            if name not in OTHERS:
                _check(facet["_schemaURL"], facet, spec)


def _facets(event: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    holders = [event.get("run"), event.get("job"), event.get("dataset"), *event.get("inputs", ())]
    holders += event.get("outputs", ())
    kinds = ("facets", "inputFacets", "outputFacets")
    return [item for holder in holders if holder for kind in kinds for item in holder.get(kind, {}).items()]


def _check(url: str, told: dict[str, Any], spec: Path) -> None:
    _validator(url, spec).validate(told)


@cache
def _validator(url: str, spec: Path) -> Any:
    schemas = [json.loads(file.read_text()) for folder in (spec, OURS) for file in folder.glob("*.json")]
    known = {schema["$id"]: schema for schema in schemas}
    assert url.partition("#")[0] in known, f"{url} is no schema of OpenLineage's or ours."
    registry = jsonschema_rs.Registry(list(known.items()))
    return jsonschema_rs.Draft202012Validator({"$ref": url}, registry=registry, validate_formats=True)
