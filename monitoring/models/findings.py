"""Findings: what was last found of each thing that is checked."""

from typing import Self

from django.db import models

from registry.choices import Health
from registry.models import Actor, Feature, FeatureView


class Kind(models.TextChoices):
    """What is checked. Freshness and nulls are judged anew each minute, the others when something was measured."""

    FRESHNESS = "freshness", "Freshness"
    NULLS = "nulls", "Nulls"
    DRIFT = "drift", "Drift"
    VOLUME = "volume", "Volume"
    SCHEMA = "schema", "Schema"
    RANGE = "range", "Range"
    SKEW = "skew", "Online/offline skew"
    REPORTED = "reported", "Reported by others"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, actor: Actor) -> Self:
        """Findings about views and features that the actor sees."""
        seen = Feature.objects.visible_to(actor)
        of_views = models.Q(feature__isnull=True, view__in=FeatureView.objects.visible_to(actor))
        return self.filter(of_views | models.Q(feature__in=seen))


class Finding(models.Model):
    """The verdict of one kind on a view, or on one of its features. One row each; what it was before is in series."""

    view = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="findings")
    feature = models.ForeignKey(Feature, null=True, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=Health.choices)
    reason = models.CharField(max_length=300, blank=True)
    value = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    found_at = models.DateTimeField()
    since = models.DateTimeField(help_text="Since when it is in this state")

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["view", "feature", "kind"], name="one_finding_of_a_kind", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.feature_id or self.view_id}: {self.state}"
