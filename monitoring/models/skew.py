"""Skew: what was found when both stores were asked for the same entities."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models import Actor, Feature, FeatureView


class SkewMeasurementQuerySet(models.QuerySet["SkewMeasurement"]):
    def visible_to(self, actor: Actor) -> Self:
        """Skew of features the actor sees."""
        return self.filter(feature__in=Feature.objects.visible_to(actor))


class SkewMeasurement(models.Model):
    """One feature, held against its source on a sample of entities. No value is kept, and of keys a salted hash."""

    pk = models.CompositePrimaryKey("measured_at", "id")
    id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    feature = models.ForeignKey(Feature, on_delete=models.DO_NOTHING, db_constraint=False, related_name="skews")
    sampled = models.IntegerField()
    found = models.IntegerField(help_text="Of the sample, those that the source knows")
    behind = models.DurationField(null=True, help_text="How much newer the source is, for the entity furthest behind")
    compared = models.IntegerField()
    differing = models.IntegerField()
    absent_online = models.IntegerField()
    absent_offline = models.IntegerField()
    examples = ArrayField(models.CharField(max_length=16), default=list)

    objects = SkewMeasurementQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "monitoring_skewmeasurement"
        ordering = ["-measured_at", "-id"]

    def __str__(self) -> str:
        return f"{self.differing} of {self.compared} of feature {self.feature_id} at {self.measured_at:%Y-%m-%d %H:%M}"
