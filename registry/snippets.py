"""How to read a feature, as code that works when it is pasted: through Feast, and its contract through our API."""

from urllib.parse import quote

from django.urls import reverse

from registry.choices import ViewKind
from registry.models import Feature, FeatureView
from registry.references import format_feast

_ENTITY_FRAME = """\
import pandas as pd
from feast import FeatureStore

# The folder that holds feature_store.yaml of project {project}
store = FeatureStore(repo_path=".")
entities = pd.DataFrame([{{{row}, "event_timestamp": pd.Timestamp.now(tz="UTC")}}])
frame = store.get_historical_features(
    entity_df=entities,
    features=["{reference}"],{note}
).to_df()"""
_ONLINE = """\
from feast import FeatureStore

# The folder that holds feature_store.yaml of project {project}
store = FeatureStore(repo_path=".")
values = store.get_online_features(
    features=["{reference}"],{note}
    entity_rows=[{{{row}}}],
).to_dict()"""
_PINNED = "  # needs enable_online_feature_view_versioning: true under registry in feature_store.yaml"
_CURL = """\
curl -H "Authorization: Bearer $CHARTER_TOKEN" \\
  "{base}{path}\""""
# What stands for a value of each type: pasted as it is, it runs and finds nothing.
_STAND_INS = {"int32": "1001", "int64": "1001", "double": "1.0", "float": "1.0", "float32": "1.0", "float64": "1.0"}


def feast_reference(feature: Feature, number: int | None = None) -> str:
    """`view:feature` for the current version, `view@v1:feature` for another one: Feast's own spelling."""
    return format_feast(feature.view.name, feature.name, None if number == feature.number else number)


def feast(feature: Feature, number: int) -> str:
    """Python that reads the feature with Feast: from the online store where it is served, else from history."""
    view = feature.view
    return (_ONLINE if _is_online(view) else _ENTITY_FRAME).format(
        project=view.project.upstream_name or view.project.name,
        reference=feast_reference(feature, number),
        note="" if number == feature.number else _PINNED,
        row=", ".join(f"{quoted(name)}: {value}" for name, value in _row(view).items()),
    )


def _is_online(view: FeatureView) -> bool:
    """A view computed when asked is as online as what it reads."""
    if view.kind != ViewKind.ON_DEMAND:
        return view.is_online
    return all(upstream.is_online for upstream in view.upstream_views.all())


def _row(view: FeatureView) -> dict[str, str]:
    """What the caller has to give: the join keys of every entity, then what the request itself carries."""
    entities = [entity for one in (view, *view.upstream_views.all()) for entity in one.entities.all()]
    keys = {key: _stand_in(key, entity.value_type) for entity in entities for key in entity.join_keys}
    asked = {field["name"]: _stand_in(field["name"], field.get("dtype", "")) for field in view.request_fields}
    return keys | asked


def _stand_in(name: str, dtype: str) -> str:
    return _STAND_INS.get(dtype.lower(), quoted(f"<{name}>"))


def quoted(text: str) -> str:
    """A Python string literal in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def curl(feature: Feature, number: int, *, base_url: str) -> str:
    """A call that answers the contract and health of this version."""
    is_current = number == feature.number
    path = reverse(
        "api:feature" if is_current else "api:version", args=[feature.key, *([] if is_current else [number])]
    )
    return _CURL.format(base=base_url, path=quote(path, safe="/%"))  # also what means something to a shell
