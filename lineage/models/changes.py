"""What producers say has happened to a table as a whole: it was dropped, renamed or emptied."""

from django.db import models

from lineage.models.nodes import Node


class ChangeKind(models.TextChoices):
    DROP = "DROP", "Dropped"
    RENAME = "RENAME", "Renamed"
    TRUNCATE = "TRUNCATE", "Emptied"


class TableChange(models.Model):
    """One such change, as one run or statement tells it. It stays when the table is made again, and is told once."""

    node = models.ForeignKey(
        Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="changes", db_index=False
    )
    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
    run = models.TextField(help_text="Of the run that says so; of a statement, its moment")
    at = models.DateTimeField()
    producer = models.TextField(blank=True)
    before = models.ForeignKey(
        Node, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False,
        help_text="What it was called before",
    )  # fmt: skip
    settled_at = models.DateTimeField(null=True, help_text="When teams were told, or it was seen that nobody need be")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["node", "kind", "run"], name="one_change_per_run")]
        indexes = [
            models.Index(fields=["at"], name="change_to_tell", condition=models.Q(settled_at=None)),
            models.Index(fields=["before"], name="change_by_old_name", condition=models.Q(before__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.kind} at {self.at:%Y-%m-%d %H:%M}"
