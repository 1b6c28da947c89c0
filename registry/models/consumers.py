"""Consumers and usage: who reads features, and how we know."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from registry.choices import ConsumerKind, Evidence, Tier
from registry.history import kept_history
from registry.models.features import Feature
from registry.models.people import Team
from registry.models.projects import Actor, Project


class ConsumerQuerySet(models.QuerySet["Consumer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Consumers without a project, and those of projects the actor sees."""
        if not actor.is_authenticated:
            return self.none()
        return self.filter(Q(project__isnull=True) | Q(project__in=Project.objects.visible_to(actor)))


@kept_history(exclude=["digest"])
class Consumer(models.Model):
    """A model, service, dashboard or job that reads features; declared or discovered."""

    kind = models.CharField(max_length=12, choices=ConsumerKind.choices)
    name = models.CharField(max_length=300)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="consumers")
    connection = models.ForeignKey(
        "Connection", null=True, blank=True, on_delete=models.SET_NULL, related_name="consumers"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="consumers")
    environment = models.CharField(max_length=40, blank=True)
    description = models.TextField(blank=True)
    tier = models.PositiveSmallIntegerField(
        choices=Tier.choices,
        null=True,
        blank=True,
        help_text="How bad it is when it reads what is wrong; empty: nobody said",
    )
    upstream_owner = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    seen_by = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text="Name of the token that first reported it; empty when somebody declared it",
    )
    digest = models.BinaryField(
        blank=True, default=b"", db_default=b"", help_text="Of what the store says it reads; empty: read it again"
    )
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConsumerQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "project", "name"], name="one_consumer_per_name", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    def get_absolute_url(self) -> str:
        return reverse("registry:consumer", args=[self.kind, self.name])


@kept_history(exclude=["last_seen_at"])
class Usage(models.Model):
    """Evidence that a consumer reads a feature, with the version where it names one."""

    consumer = models.ForeignKey(Consumer, on_delete=models.CASCADE, related_name="usages", db_index=False)
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="usages")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="Version; empty means the current one")
    evidence = models.CharField(max_length=10, choices=Evidence.choices)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consumer", "feature", "number", "evidence"],
                name="one_usage_per_evidence",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} reads {self.feature}"


class ReadDay(models.Model):
    """How often a consumer read a version on one day, as services report it. Days are in UTC."""

    consumer = models.ForeignKey(Consumer, on_delete=models.CASCADE, related_name="read_days", db_index=False)
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="read_days", db_index=False)
    number = models.PositiveIntegerField()
    day = models.DateField()
    reads = models.BigIntegerField()
    last_at = models.DateTimeField()
    token_name = models.CharField(max_length=120, help_text="Of the token that reported it last")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["feature", "day", "consumer", "number"], name="one_count_per_day")
        ]
        indexes = [models.Index(fields=["consumer", "day"], name="read_day_by_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer} read {self.feature}@{self.number} {self.reads} times on {self.day}"


class SeenEvent(models.Model):
    """A report that was counted already. Kept as long as a report may be late, so that sending it again is harmless."""

    id = models.UUIDField(primary_key=True, help_text="Digest of who reported and the event's own id")
    received_on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
