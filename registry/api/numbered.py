"""A feature as one of its versions has it: the facts of that version over those of the current one."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from common.fields import Selection, json_text
from registry.models import User, Version
from registry.serializers.versions import VersionSerializer

# Field of the feature -> where the version says it.
_FACTS = {
    "version": "number", "status": "status", "dtype": "dtype", "unit": "unit", "privacy_class": "privacy_class",
    "sunset_on": "sunset_on", "reference": "reference",
}  # fmt: skip
Numbered = tuple[str, int]


def overlaid(
    actor: User, features: Mapping[str, dict[str, Any]], wanted: Iterable[Numbered], selection: Selection
) -> dict[Numbered, dict[str, Any]]:
    """The wanted (key, number)s that exist, each as its feature with that version's facts and contract."""
    wanted = set(wanted)
    shape = json_text(VersionSerializer, Selection(), actor)
    keys, numbers = {key for key, _ in wanted}, {number for _, number in wanted}
    rows = Version.objects.visible_to(actor).filter(feature__key__in=keys, number__in=numbers).order_by()
    contracts = {(key, number): text for key, number, text in rows.values_list("feature__key", "number", shape)}
    return {
        place: _over(features[place[0]], orjson.loads(contracts[place]), selection)
        for place in wanted
        if place in contracts and place[0] in features
    }


def _over(feature: dict[str, Any], contract: dict[str, Any], selection: Selection) -> dict[str, Any]:
    facts = {field: contract[name] for field, name in _FACTS.items() if field in feature}
    default = {"has_default": contract["default_policy"] != "none"} if "has_default" in feature else {}
    return feature | facts | default | ({} if selection.only else {"contract": contract})
