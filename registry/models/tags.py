"""Tags: short facts that people and stores put on views and features."""

from django.db import models
from django.db.models import Q

from registry.choices import Manager


class Tag(models.Model):
    """A key and a value on one view or one feature. `managed_by` says who may change it."""

    view = models.ForeignKey("FeatureView", null=True, blank=True, on_delete=models.CASCADE, related_name="tag_rows")
    feature = models.ForeignKey("Feature", null=True, blank=True, on_delete=models.CASCADE, related_name="tag_rows")
    key = models.CharField(max_length=120)
    value = models.CharField(max_length=400, blank=True)
    managed_by = models.CharField(max_length=12, choices=Manager.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(view__isnull=False, feature__isnull=True) | Q(view__isnull=True, feature__isnull=False),
                name="tag_is_on_one_thing",
            ),
            models.UniqueConstraint(
                fields=["view", "key"], condition=Q(view__isnull=False), name="one_tag_per_view_key"
            ),
            models.UniqueConstraint(
                fields=["feature", "key"], condition=Q(feature__isnull=False), name="one_tag_per_feature_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}" if self.value else self.key
