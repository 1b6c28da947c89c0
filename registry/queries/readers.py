"""Who reads features: how often, whether anybody has said so, and who reads many at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, FloatField, OuterRef, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from registry.actions.reads import WINDOW
from registry.choices import Evidence
from registry.models import Actor, Consumer, Feature, ReadDay, Usage

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


def consumers_with_counts(actor: Actor) -> QuerySet[Consumer]:
    """Consumers that are there and that the actor sees, each with `reads_count`: how many features it reads now, as
    far as the actor sees them."""
    held = Usage.objects.filter(consumer=OuterRef("pk"), gone_at__isnull=True)
    seen = held.filter(feature__in=Feature.objects.visible_to(actor)).order_by().values("consumer")
    counted = Subquery(seen.annotate(count=Count("feature", distinct=True)).values("count"))
    rows = Consumer.objects.visible_to(actor).filter(gone_at__isnull=True).select_related("team", "project")
    return rows.annotate(reads_count=Coalesce(counted, 0))


def reads_a_day(at: Callable[[str], str] = str) -> Case:
    """Mean of the last seven days, for usage that is an observed read; `at` is the path to its columns."""
    days = ReadDay.objects.filter(
        consumer=OuterRef(at("consumer_id")), feature=OuterRef(at("feature_id")), number=OuterRef(at("number")),
        day__gt=timezone.now().date() - timedelta(days=WINDOW),
    )  # fmt: skip
    summed = days.order_by().values("consumer").annotate(mean=Sum("reads") / float(WINDOW)).values("mean")
    observed = When(**{at("evidence"): Evidence.OBSERVED}, then=Subquery(summed, output_field=FloatField()))
    return Case(observed, output_field=FloatField())


def is_declared(at: Callable[[str], str] = str) -> Exists:
    """Whether somebody has said that this consumer reads this feature, whatever it was seen doing."""
    said = Usage.objects.filter(
        consumer=OuterRef(at("consumer_id")), feature=OuterRef(at("feature_id")), gone_at__isnull=True
    )
    return Exists(said.exclude(evidence=Evidence.OBSERVED))
