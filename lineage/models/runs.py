"""Runs of jobs, as their events add up, and what each job says about how its outputs are made."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left

from lineage.models.nodes import Node


class RunState(models.TextChoices):
    RUNNING = "RUNNING", "Running"
    COMPLETED = "COMPLETED", "Completed"
    FAILED = "FAILED", "Failed"
    ABORTED = "ABORTED", "Aborted"


class RunQuerySet(models.QuerySet["Run"]):
    def told_once(self) -> "RunQuerySet":
        """Without runs that were asked for where the tool told of them itself, under another id."""
        itself = Run.objects.filter(job=OuterRef("job"), invocation=OuterRef("invocation"), is_pulled=False)
        return self.exclude(Q(is_pulled=True) & ~Q(invocation="") & Q(Exists(itself.exclude(invocation=""))))


class Run(models.Model):
    """One run of a job: the union of all that its events say. What it read and wrote are ids of nodes as named."""

    id = models.UUIDField(primary_key=True)
    job = models.ForeignKey(Node, on_delete=models.DO_NOTHING, db_constraint=False, related_name="runs", db_index=False)
    run = models.TextField(help_text="runId, as the producer calls it")
    parent = models.UUIDField(null=True)
    state = models.CharField(max_length=9, choices=RunState.choices)
    attempts = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(help_text="Of the newest attempt")
    ended_at = models.DateTimeField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    marks = ArrayField(models.TextField(), help_text="Moments and types of the events that start and end it")
    inputs = ArrayField(models.UUIDField(), default=list)
    outputs = ArrayField(models.UUIDField(), default=list)
    picture = models.JSONField(null=True, help_text="Of the newest event of a job whose events each state the whole")
    facets = models.JSONField(default=dict, help_text="{name: {at, digest, whole, body}}; the newest of each")
    is_complete = models.BooleanField(default=False)
    invocation = models.TextField(
        db_default="", blank=True, help_text="What dbt calls its call: pushed and pulled, a run of it has two ids"
    )
    is_pulled = models.BooleanField(db_default=False, help_text="The tool was asked")
    moves_data = models.BooleanField(default=False, help_text="It names something that it reads or writes")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["job", "-started_at", "-id"], name="run_by_job"),
            models.Index(
                fields=["job", "-is_complete", "-started_at", "-id"], name="run_that_counts",
                condition=models.Q(moves_data=True),
            ),
            models.Index(Left("run", 200), name="run_by_name"),
            models.Index(
                fields=["job", "invocation"], name="run_by_invocation",
                condition=models.Q(is_pulled=False) & ~models.Q(invocation=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.run

    @property
    def took(self) -> timedelta | None:
        """From the start of the newest attempt to its end; None where no end was told."""
        return self.ended_at - self.started_at if self.ended_at else None


class Flow(models.Model):
    """The newest word of a job on which columns an output is made of. Without a job, `job` is the dataset itself."""

    id = models.UUIDField(primary_key=True)
    job = models.UUIDField()
    dataset = models.UUIDField()
    said_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["job", "dataset"], name="flow_by_job")]

    def __str__(self) -> str:
        return f"{self.dataset} by {self.job}"
