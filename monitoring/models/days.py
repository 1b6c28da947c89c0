"""Days: how many rows a view has of each, and how the values of a feature lie on each, in tables partitioned by month.

They are made by hand in a migration, as measurements are. A day that is read again is written again.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models import Feature, FeatureView


class ViewDay(models.Model):
    """One day (UTC) of a view: its rows by event time, or all of the table's on that day where rows have no time."""

    pk = models.CompositePrimaryKey("day", "view")
    day = models.DateField()
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="days")
    rows = models.BigIntegerField()
    is_snapshot = models.BooleanField(default=False)

    class Meta:
        managed = False
        db_table = "monitoring_viewday"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"view {self.view_id} on {self.day}"


class FeatureDay(models.Model):
    """One day (UTC) of a feature that is not personal, counted into the parts of its baseline."""

    pk = models.CompositePrimaryKey("day", "feature")
    day = models.DateField()
    feature = models.ForeignKey(Feature, on_delete=models.DO_NOTHING, db_constraint=False, related_name="days")
    view = models.ForeignKey(FeatureView, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    nulls = models.BigIntegerField()
    counts = ArrayField(models.BigIntegerField())

    class Meta:
        managed = False
        db_table = "monitoring_featureday"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"feature {self.feature_id} on {self.day}"
