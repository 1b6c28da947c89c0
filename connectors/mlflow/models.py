"""Registered models and their versions as records."""

from connectors.openlineage.moments import from_milliseconds
from connectors.records import ModelRecord, ModelVersionRecord
from connectors.redaction import SECRET_NAME, without_secrets
from connectors.shapes import Json, part, parts, text

# What Feast 0.67 writes by itself (feast/mlflow_integration): refs, service and project on the training run, and the
# service on the version. People write the same names on versions and models.
REFS, SERVICE, PROJECT = "feast.feature_refs", "feast.feature_service", "feast.project"
CUT = "..."  # at the end of a tag that Feast had to cut
LONGEST_TAG = 500


def model_record(model: Json, versions: list[Json], runs: dict[str, Json]) -> ModelRecord:
    """`runs` are training runs by their ids, as far as they still exist."""
    tags, aliases = tags_of(model), parts(model, "aliases")
    records = [
        _version(
            version,
            runs.get(text(version, "run_id"), {}),
            tags,
            [text(each, "alias") for each in aliases if text(each, "version") == text(version, "version")],
        )
        for version in versions
    ]
    return ModelRecord(
        name=text(model, "name"),
        versions=tuple(sorted(records, key=_order)),
        description=text(model, "description"),
        owner=tags.get("owner") or tags.get("team") or "",
        tags=_shown(tags),
        updated_at=from_milliseconds(model.get("last_updated_timestamp")),
    )


def tags_of(holder: Json) -> dict[str, str]:
    return {text(tag, "key"): text(tag, "value") for tag in parts(holder, "tags")}


def feature_refs(written: str) -> tuple[str, ...]:
    """What a tag lists with commas between. Of a tag that was cut the last name is left out: it may be half a name."""
    refs = [ref.strip() for ref in written.removesuffix(CUT).split(",")]
    return tuple(ref for ref in (refs[:-1] if written.endswith(CUT) else refs) if ref)


def _version(version: Json, run: Json, of_model: dict[str, str], aliases: list[str]) -> ModelVersionRecord:
    own = tags_of(version)
    # The nearest says it: what is written on the version counts for more than what its run or its model says.
    said = {**of_model, **tags_of(part(run, "data")), **own}
    stage = text(version, "current_stage")
    return ModelVersionRecord(
        number=text(version, "version"),
        stage="" if stage == "None" else stage,
        aliases=tuple(sorted(aliases)),
        description=text(version, "description"),
        tags=_shown(own),
        run_id=text(version, "run_id"),
        feature_refs=feature_refs(said.get(REFS, "")),
        feature_service=said.get(SERVICE, ""),
        feature_project=said.get(PROJECT, ""),
        datasets=tuple(text(each, "name") for each in datasets(run)),
        created_at=from_milliseconds(version.get("creation_timestamp")),
    )


def datasets(run: Json) -> list[Json]:
    """What a run logged as its inputs."""
    return [part(each, "dataset") for each in parts(part(run, "inputs"), "dataset_inputs")]


def _shown(tags: dict[str, str]) -> dict[str, str]:
    """Without MLflow's own, which name people and machines, and without what sounds secret."""
    kept = {key: value for key, value in tags.items() if not key.startswith("mlflow.") and not SECRET_NAME.search(key)}
    return {key: without_secrets(value)[:LONGEST_TAG] for key, value in kept.items()}


def _order(version: ModelVersionRecord) -> int:
    return int(version.number) if version.number.isdecimal() else 0
