"""Who reads many features at once: whom a change touches."""

from typing import Any

from registry.models import Actor, Consumer, Usage

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
