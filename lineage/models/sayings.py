"""Edges that somebody states because no tool tells them."""

from django.db import models

from lineage.models.nodes import Node
from registry.models import User


class SaidEdge(models.Model):
    """Data goes from `source` to `target`, as a person says. Its id is who tells the edge in the graph."""

    id = models.UUIDField(primary_key=True)
    source = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField()
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["said_at"]
        constraints = [models.UniqueConstraint(fields=["source", "target"], name="one_saying_per_edge")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
