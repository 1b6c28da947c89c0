"""Drift: what features are held against, and how far they were found from it."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from connectors.records import Cuts
from registry.choices import Health
from registry.models import Actor, Feature, FeatureView, User


class Against(models.TextChoices):
    """What the last days of a feature are held against."""

    REFERENCE = "reference", "Reference"
    PREVIOUS = "previous", "Days before"
    WEEKDAY = "weekday", "Same weekday"


class Reference(models.Model):
    """The days of a view that somebody pinned, such as those its model was trained on. Without one, the first that
    were measured are the reference.
    """

    view = models.OneToOneField(FeatureView, on_delete=models.CASCADE, primary_key=True, related_name="reference")
    first = models.DateField()
    last = models.DateField(help_text="The last day, included")
    title = models.CharField(max_length=120, blank=True)
    pinned_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    pinned_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.view_id}: {self.first} to {self.last}"


class Baseline(models.Model):
    """How the values of one feature are parted, and how many of the reference lie in each part.

    `counts` is empty until the days of the reference were read. Never of a personal feature.
    """

    feature = models.OneToOneField(Feature, on_delete=models.CASCADE, primary_key=True, related_name="baseline")
    view = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="baselines")
    edges = ArrayField(models.FloatField(), default=list)
    parts = models.PositiveIntegerField()
    counts = ArrayField(models.BigIntegerField(), default=list)
    nulls = models.BigIntegerField(default=0)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    is_pinned = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"baseline of {self.feature_id}"

    @property
    def cuts(self) -> Cuts | None:
        """None where its values cannot be parted."""
        return Cuts(tuple(self.edges), self.parts) if self.parts else None

    @property
    def is_ordered(self) -> bool:
        """Numbers have an order; words and booleans have none."""
        return bool(self.edges)


class DriftMeasurementQuerySet(models.QuerySet["DriftMeasurement"]):
    def visible_to(self, actor: Actor) -> Self:
        """Drift of features the actor sees."""
        return self.filter(feature__in=Feature.objects.visible_to(actor))


class DriftMeasurement(models.Model):
    """How far the last days of a feature lay from others, by one method; written when it changed."""

    pk = models.CompositePrimaryKey("measured_at", "id")
    id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    feature = models.ForeignKey(Feature, on_delete=models.DO_NOTHING, db_constraint=False, related_name="drifts")
    against = models.CharField(max_length=10, choices=Against.choices)
    method = models.CharField(max_length=8)
    value = models.FloatField()
    p = models.FloatField(help_text="How often chance alone does this")
    q = models.FloatField(help_text="p, corrected for all features that were tested beside it")
    warn = models.FloatField()
    fail = models.FloatField()
    state = models.CharField(max_length=8, choices=Health.choices)
    reason = models.CharField(max_length=300, blank=True)
    rows = models.BigIntegerField()
    rows_before = models.BigIntegerField()
    first = models.DateField()
    last = models.DateField()
    before_first = models.DateField()
    before_last = models.DateField()

    objects = DriftMeasurementQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "monitoring_driftmeasurement"
        ordering = ["-measured_at", "-id"]

    def __str__(self) -> str:
        return f"{self.method} {self.value} of feature {self.feature_id} at {self.measured_at:%Y-%m-%d %H:%M}"
