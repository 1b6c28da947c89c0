"""Events as they came, partitioned by month of the event, so that the same event always meets itself.

The table is made by hand in the first migration: Django does not know partitions.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class EventState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    KEPT = "kept", "Kept"
    FAILED = "failed", "Failed"


class EventQuerySet(models.QuerySet["Event"]):
    def waiting(self) -> "EventQuerySet":
        """Events that are not folded yet."""
        return self.filter(state=EventState.WAITING)


class Event(models.Model):
    """One OpenLineage event without its secrets, and its receipt: what became of it, and why."""

    pk = models.CompositePrimaryKey("event_at", "digest")
    event_at = models.DateTimeField()
    digest = models.BinaryField(help_text="SHA-256 of the body: sent twice, it is kept once")
    id = models.BigIntegerField(help_text="In order of arrival")
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=7)
    event_type = models.CharField(max_length=8)
    namespace = models.TextField()
    name = models.TextField()
    run = models.TextField()
    producer = models.TextField()
    size = models.IntegerField()
    state = models.CharField(max_length=7, choices=EventState.choices)
    warnings = ArrayField(models.TextField(), default=list)
    sender = models.TextField(help_text="Name of the token, or of the connection that read it")
    body = models.TextField()

    objects = EventQuerySet.as_manager()

    class Meta:
        db_table = "lineage_event"
        ordering = ["-event_at", "-id"]

    def __str__(self) -> str:
        return f"{self.event_type or self.kind} of {self.namespace} {self.name} at {self.event_at:%Y-%m-%d %H:%M}"

    @property
    def reference(self) -> str:
        return f"EV-{self.id}"
