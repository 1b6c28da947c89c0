"""Parity: whether a new view holds what an old one holds, for the same entities at the same moment."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registry.models import Actor, FeatureView, User


class ParityState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    PASSED = "passed", "Passed"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"


UNFINISHED = (ParityState.QUEUED, ParityState.RUNNING)


class ParityQuerySet(models.QuerySet["Parity"]):
    def visible_to(self, actor: Actor) -> Self:
        """Comparisons of views of which the actor sees both."""
        seen = FeatureView.objects.visible_to(actor)
        return self.filter(old__in=seen, new__in=seen)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)


class Parity(models.Model):
    """Two views, compared on a sample of entities. It stays as it was found: no value, and of keys salted hashes."""

    old = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="parities_as_old")
    new = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="parities_as_new")
    mapping = models.JSONField(default=dict, help_text="{name in the old view: name in the new one}; by name if empty")
    pass_mark = models.FloatField(help_text="The share that must agree, from 0 to 1")
    tolerance = models.FloatField(help_text="How far numbers may be apart, as a share of the larger one")
    sample = models.PositiveIntegerField(help_text="Entities to look at")
    state = models.CharField(max_length=8, choices=ParityState.choices, default=ParityState.QUEUED)
    reason = models.CharField(max_length=500, blank=True, help_text="What was found, in a sentence")
    requested_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveSmallIntegerField(default=0, help_text="Steps of five")
    at = models.DateTimeField(null=True, help_text="Both views as they were at this moment")
    sampled = models.PositiveIntegerField(null=True)
    only_old = models.PositiveIntegerField(null=True, help_text="Entities that only the old view has")
    only_new = models.PositiveIntegerField(null=True, help_text="Entities that only the new view has")
    equal = models.PositiveIntegerField(null=True, help_text="Entities of both whose features are all the same")
    nulls_agreeing = models.FloatField(null=True, help_text="Share of pairs of values that are both null, or neither")
    examples = ArrayField(models.CharField(max_length=16), default=list, help_text="Salted hashes of keys that differ")
    left_out = ArrayField(models.TextField(), default=list, help_text="Features that were not compared, and why")
    query = models.TextField(blank=True, help_text="What was asked of the stores")

    objects = ParityQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "parities"
        constraints = [
            models.UniqueConstraint(
                fields=["old", "new"], condition=Q(state__in=["queued", "running"]), name="one_unfinished_parity"
            )
        ]
        indexes = [models.Index(fields=["old", "new", "-id"], name="parity_by_views")]
        triggers = [
            pgtrigger.FSM(
                name="parity_states",
                field="state",
                transitions=[
                    ("queued", "running"), ("running", "passed"), ("running", "failed"), ("running", "unknown"),
                    ("queued", "unknown"),
                ],
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("monitoring:parity", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"PAR-{self.pk}"

    @property
    def key(self) -> str:
        return f"{self.old.key} {self.new.key}"

    @property
    def project_id(self) -> int:
        return self.new.project_id

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    @property
    def tolerance_text(self) -> str:
        """As people write it: 0.000001."""
        return f"{self.tolerance:.12f}".rstrip("0").rstrip(".")

    @property
    def in_both(self) -> int | None:
        if self.sampled is None:
            return None
        return self.sampled - (self.only_old or 0) - (self.only_new or 0)

    @property
    def coverage(self) -> float | None:
        """Of the entities that either view has, the share that both have."""
        return (self.in_both or 0) / self.sampled if self.sampled else None

    @property
    def equal_share(self) -> float | None:
        """Of the entities that both have, the share whose features are all the same."""
        return (self.equal or 0) / self.in_both if self.in_both else None


class ParityFeature(models.Model):
    """How one feature of the old view compares with one of the new."""

    parity = models.ForeignKey(Parity, on_delete=models.CASCADE, related_name="features", db_index=False)
    old = models.CharField(max_length=200)
    new = models.CharField(max_length=200)
    compared = models.PositiveIntegerField()
    differing = models.PositiveIntegerField()
    absent_old = models.PositiveIntegerField(help_text="Null in the old view alone")
    absent_new = models.PositiveIntegerField(help_text="Null in the new view alone")
    examples = ArrayField(models.CharField(max_length=16), default=list, help_text="Salted hashes of keys that differ")

    class Meta:
        ordering = ["-differing", "old"]
        constraints = [models.UniqueConstraint(fields=["parity", "old"], name="one_line_per_feature")]

    def __str__(self) -> str:
        return f"{self.old} {self.differing} of {self.compared}"

    @property
    def equal_share(self) -> float | None:
        return 1 - self.differing / self.compared if self.compared else None
