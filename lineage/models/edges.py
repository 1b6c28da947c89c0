"""Edges: worked out anew from runs, statements and the registry whenever these change, never set by hand."""

from django.db import models

from lineage.models.nodes import Node


class EdgeQuerySet(models.QuerySet["Edge"]):
    def flowing(self) -> "EdgeQuerySet":
        """Edges that data passes along now."""
        return self.filter(is_current=True, flows=True)


class Edge(models.Model):
    """Data goes from `source` to `target`. `teller` is who says so: a job, a dataset, or a view of the registry.

    An edge between a job and what it reads or writes `flows` unless the job says more exactly which input makes which
    output; then it only shows what the job touches, and is not followed.
    """

    pk = models.CompositePrimaryKey("teller_id", "source_id", "target_id")
    teller = models.ForeignKey(Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    source = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="edges_out", db_index=False
    )
    target = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="edges_in", db_index=False
    )
    flows = models.BooleanField()
    is_current = models.BooleanField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    objects = EdgeQuerySet.as_manager()

    class Meta:
        ordering = ["source", "target"]
        indexes = [
            models.Index(
                fields=["source"], include=["target"], name="edge_down", condition=models.Q(is_current=True, flows=True)
            ),
            models.Index(
                fields=["target"], include=["source"], name="edge_up", condition=models.Q(is_current=True, flows=True)
            ),
            models.Index(fields=["source"], name="edge_by_source"),
            models.Index(fields=["target"], name="edge_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


class ColumnEdge(models.Model):
    """A column is made from another one. An empty `target_column` is the dataset whole, as when rows are filtered."""

    id = models.UUIDField(primary_key=True)
    teller = models.UUIDField(db_index=True)
    source = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="columns_out", db_index=False
    )
    source_column = models.CharField(max_length=500)
    target = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="columns_in", db_index=False
    )
    target_column = models.CharField(max_length=500)
    is_direct = models.BooleanField(help_text="The value itself goes over, not only its influence")
    subtype = models.CharField(max_length=60, blank=True)
    masking = models.BooleanField(null=True, help_text="Unknown is not no")
    description = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["source", "source_column"], name="column_down"),
            models.Index(fields=["target", "target_column"], name="column_up"),
        ]

    def __str__(self) -> str:
        return f"{self.source_column} → {self.target_column}"
