"""Checks that others ran: dbt tests, assertions that lineage heard of, Evidently, pipelines."""

from typing import Self

from django.db import models

from registry.choices import Health
from registry.models import Actor, Feature, FeatureView


class ReportedQuerySet(models.QuerySet["Reported"]):
    def visible_to(self, actor: Actor) -> Self:
        """Checks of views and features that the actor sees."""
        of_views = models.Q(feature__isnull=True, view__in=FeatureView.objects.visible_to(actor))
        return self.filter(of_views | models.Q(feature__in=Feature.objects.visible_to(actor)))


class Reported(models.Model):
    """One check of somebody else's, as it was told last. Nothing of a personal feature but its name and state. What
    nobody repeats is forgotten after a while: an old verdict is no evidence."""

    view = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="reported")
    feature = models.ForeignKey(Feature, null=True, on_delete=models.CASCADE, related_name="reported")
    by = models.CharField(max_length=60, help_text="Who ran it")
    check_name = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=Health.choices)
    value = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    detail = models.CharField(max_length=160, blank=True)
    at = models.DateTimeField(help_text="When it was run, not after it was told")
    run = models.CharField(max_length=200, blank=True)
    url = models.CharField(max_length=200, blank=True, help_text="Of the job that ran it")

    objects = ReportedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["view", "feature", "by", "check_name"], name="one_report_of_a_check", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["at"], name="reported_by_time")]

    def __str__(self) -> str:
        return f"{self.by} {self.check_name} of {self.feature_id or self.view_id}: {self.state}"
