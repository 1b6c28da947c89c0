"""What feature views are made from beyond what their stores declare: a result of lineage."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from registry.models.feature_views import FeatureView


class Upstream(models.Model):
    """The tables that a view is made from, however far up, as people name them. Lineage writes it whole, and a view
    without any has none. Beside the view and not on it: whoever reads views should not read all these names."""

    view = models.OneToOneField(FeatureView, primary_key=True, on_delete=models.CASCADE, related_name="upstream")
    tables = ArrayField(models.TextField(), help_text="Whole names and their ends, in small letters")
    is_cut = models.BooleanField(default=False, db_default=False, help_text="There are more, further up")

    class Meta:
        indexes = [
            models.Index(fields=["view"], condition=Q(is_cut=True), name="upstream_that_is_cut"),
            GinIndex(fields=["tables"], name="upstream_by_table"),
        ]

    def __str__(self) -> str:
        return f"tables upstream of view {self.view_id}"
