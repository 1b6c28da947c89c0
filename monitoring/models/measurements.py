"""Measurements: observed numbers with their time, window and origin, in tables partitioned by month.

The tables are made by hand in the first migration (Django does not know partitions), so the models are unmanaged.
"""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models import Actor, Feature, FeatureView, Pull


class Origin(models.TextChoices):
    """Who says so: the registry's own record, the offline store, the online store, or somebody else about the table
    that the view reads."""

    DECLARED = "declared", "Declared by the registry"
    SOURCE = "source", "Measured in the source"
    SERVED = "served", "Measured in the online store"
    TOLD = "told", "Told by others"


class ViewMeasurementQuerySet(models.QuerySet["ViewMeasurement"]):
    def visible_to(self, actor: Actor) -> Self:
        """Measurements of views the actor sees."""
        return self.filter(view__in=FeatureView.objects.visible_to(actor))


class ViewMeasurement(models.Model):
    """One view as one store showed it at a moment."""

    pk = models.CompositePrimaryKey("measured_at", "id")
    id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="measurements")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    newest_event_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(null=True)
    entities = models.BigIntegerField(null=True)
    sample_size = models.BigIntegerField(null=True, help_text="Empty: every row was read")
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)
    query = models.TextField(blank=True)
    warnings = ArrayField(models.TextField(), default=list)
    stored_bytes = models.BigIntegerField(null=True, help_text="Empty: the store does not say")
    pull = models.ForeignKey(Pull, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    told_by = models.CharField(max_length=60, blank=True, default="", help_text="Who measured; empty: Charter")
    told_in = models.CharField(max_length=200, blank=True, default="", help_text="In which run")

    objects = ViewMeasurementQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "monitoring_viewmeasurement"
        ordering = ["-measured_at", "-id"]

    def __str__(self) -> str:
        return f"{self.origin} of view {self.view_id} at {self.measured_at:%Y-%m-%d %H:%M}"

    @property
    def age_seconds(self) -> float | None:
        """How old the newest event was when it was measured, in seconds; negative when it lay in the future."""
        return (self.measured_at - self.newest_event_at).total_seconds() if self.newest_event_at else None


class FeatureMeasurementQuerySet(models.QuerySet["FeatureMeasurement"]):
    def visible_to(self, actor: Actor) -> Self:
        """Measurements of features the actor sees."""
        return self.filter(feature__in=Feature.objects.visible_to(actor))


class FeatureMeasurement(models.Model):
    """One feature's values as one store showed them. Personal features have counts and nothing else."""

    pk = models.CompositePrimaryKey("measured_at", "id")
    id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    feature = models.ForeignKey(Feature, on_delete=models.DO_NOTHING, db_constraint=False, related_name="measurements")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    rows = models.BigIntegerField(null=True)
    nulls = models.BigIntegerField(null=True)
    present = models.BigIntegerField(null=True, help_text="Rows that carry the field at all: absent is not null")
    null_rate = models.FloatField(null=True)
    null_rate_error = models.FloatField(null=True, help_text="Half-width of the 95 % interval when sampled")
    sample_size = models.BigIntegerField(null=True)
    distinct = models.BigIntegerField(null=True)
    is_distinct_approximate = models.BooleanField(default=False)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    mean = models.FloatField(null=True)
    stddev = models.FloatField(null=True)
    length_minimum = models.IntegerField(null=True)
    length_maximum = models.IntegerField(null=True)
    quantiles = models.JSONField(default=dict, help_text='{"0.5": value}')
    histogram = models.JSONField(default=list, help_text="[{lower, upper, label, count}]")
    type_name = models.TextField(blank=True, default="", help_text="As the store calls it")
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)
    pull = models.ForeignKey(Pull, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    told_by = models.CharField(max_length=60, blank=True, default="", help_text="Who measured; empty: Charter")
    told_in = models.CharField(max_length=200, blank=True, default="", help_text="In which run")

    objects = FeatureMeasurementQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "monitoring_featuremeasurement"
        ordering = ["-measured_at", "-id"]

    def __str__(self) -> str:
        return f"{self.origin} of feature {self.feature_id} at {self.measured_at:%Y-%m-%d %H:%M}"
