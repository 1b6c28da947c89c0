"""Who reads many features at once, and the features that somebody names."""

from collections.abc import Sequence
from typing import Any

from registry.models import Actor, Consumer, Feature, Usage, Version
from registry.references import split_number

MOST = 500


def readers_of_keys(keys: list[str], actor: Actor) -> list[dict[str, Any]]:
    """Consumers of these features as far as the actor sees them, each with how many it reads. Models first."""
    held = Usage.objects.filter(feature__key__in=keys, gone_at__isnull=True, consumer__gone_at__isnull=True)
    rows = held.filter(consumer__in=Consumer.objects.visible_to(actor)).order_by("consumer_id", "feature__key")
    columns = ("consumer__kind", "consumer__name", "consumer__environment", "consumer__team__slug", "feature__key")
    found: dict[str, dict[str, Any]] = {}
    for kind, name, environment, team, key in rows.values_list(*columns).distinct():
        reader = found.setdefault(
            f"{kind}:{name}", {"consumer": f"{kind}:{name}", "environment": environment, "team": team or "", "keys": []}
        )
        reader["keys"].append(key)
    return sorted(found.values(), key=lambda one: (not one["consumer"].startswith("model:"), -len(one["keys"])))[:MOST]


def versions_named(references: Sequence[str], actor: Actor) -> tuple[list[tuple[Feature, int | None]], list[int]]:
    """The versions that these name, None being the current one, and the places of those that the actor does not see."""
    split = [split_number(reference) for reference in references]
    seen = Feature.objects.visible_to(actor).filter(key__in={key for key, _ in split})
    features = {feature.key: feature for feature in seen.only("pk", "key")}
    versions = Version.objects.visible_to(actor).filter(feature__in=features.values())
    numbers = set(versions.values_list("feature_id", "number"))
    found, missing = [], []
    for index, (key, number) in enumerate(split):
        feature = features.get(key)
        if feature is None or (number is not None and (feature.pk, number) not in numbers):
            missing.append(index)
        else:
            found.append((feature, number))
    return found, missing
