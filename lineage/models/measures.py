"""What events measured or tested of datasets, kept until monitoring has taken it over."""

from django.db import models
from django.db.models import Q

from lineage.models.nodes import Node


class Measure(models.Model):
    """One facet of measurements or assertions that one run told of one dataset, as the producer wrote it. The newest of
    each producer stays, for views that are bound to the dataset later."""

    node = models.ForeignKey(Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    facet = models.CharField(max_length=40)
    producer = models.CharField(max_length=200, help_text="What people call it; pulled and pushed are one")
    run = models.TextField(help_text="What dbt calls its call, else the runId; empty where no run tells")
    job = models.UUIDField(null=True)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    is_waiting = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "facet", "producer", "run", "job"], name="one_measure_of_a_run", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["id"], condition=Q(is_waiting=True), name="measure_that_waits")]

    def __str__(self) -> str:
        return f"{self.facet} of {self.node_id} by {self.producer}"
