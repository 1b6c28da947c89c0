"""Feature views: features computed together."""

from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from charter.limits import NAMES, drift_limits
from registry.choices import Health, ViewKind
from registry.history import kept_history
from registry.models.people import Team
from registry.models.projects import Actor, Project
from registry.models.sources import Entity, Source

# Where the owner sets no limit, the schedule does: late is 2 h for hourly work and 25 h for daily.
HOURLY_LIMIT = timedelta(hours=2)
DAILY_LIMIT = timedelta(hours=25)
DEFAULT_MAX_NULL_RATE = 0.05


class FeatureViewQuerySet(models.QuerySet["FeatureView"]):
    def visible_to(self, actor: Actor) -> Self:
        """Views of projects that the actor sees."""
        return self.filter(project__in=Project.objects.visible_to(actor))

    def present(self) -> Self:
        """Views that their store still has."""
        return self.filter(gone_at__isnull=True)


@kept_history(
    exclude=["digest", "health", "health_reasons", "source_until", "served_until", "source_read_at", "served_read_at"]
)
class FeatureView(models.Model):
    """Features computed together from one source for the same entities. What vanished upstream is gone, not deleted."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="views")
    connection = models.ForeignKey("Connection", null=True, blank=True, on_delete=models.SET_NULL, related_name="views")
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=330, unique=True, help_text="project.view")
    kind = models.CharField(max_length=12, choices=ViewKind.choices, default=ViewKind.BATCH)
    entities: models.ManyToManyField = models.ManyToManyField(Entity, related_name="views", blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="views")
    stream_source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    upstream_views: models.ManyToManyField = models.ManyToManyField(
        "self", symmetrical=False, related_name="downstream_views", blank=True
    )
    request_fields = models.JSONField(default=list, blank=True, help_text="What the caller sends: [{name, dtype}]")
    ttl = models.DurationField(null=True, blank=True)
    is_online = models.BooleanField(default=False)
    description = models.TextField(blank=True)
    # Its own index would repeat `view_by_owner`.
    owner = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="views", db_index=False
    )
    upstream_owner = models.CharField(max_length=200, blank=True, help_text="Who the store says owns it")
    tags = models.JSONField(default=dict, blank=True)
    definition = models.TextField(blank=True, help_text="Shown, never run")
    managers = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="{field: page or file}; what nobody set here is the store's"
    )
    file = models.CharField(
        max_length=500, blank=True, default="", db_default="", help_text="Where git keeps it: repository and path"
    )
    upstream_version = models.PositiveIntegerField(null=True, blank=True)
    upstream_state = models.CharField(max_length=40, blank=True)
    schedule_every = models.DurationField(null=True, blank=True)
    slo_freshness = models.DurationField(null=True, blank=True)
    slo_max_null_rate = models.FloatField(null=True, blank=True)
    slo_drift = models.JSONField(null=True, blank=True, help_text="{method, warn, fail}; empty is the usual")
    # Three times for one question, never averaged: what the registry declares, the source holds, the store serves.
    declared_until = models.DateTimeField(null=True, blank=True)
    source_until = models.DateTimeField(null=True, blank=True)
    served_until = models.DateTimeField(null=True, blank=True)
    source_read_at = models.DateTimeField(null=True, blank=True)
    served_read_at = models.DateTimeField(null=True, blank=True)
    health = models.CharField(max_length=8, choices=Health.choices, default=Health.UNKNOWN)
    health_reasons = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    digest = models.BinaryField(default=bytes, blank=True, help_text="Of what the store holds")
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    objects = FeatureViewQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_view_per_name")]
        indexes = [
            models.Index(fields=["connection", "id"], name="view_by_connection"),
            # Who sees a restricted project is asked in every query: the index alone answers.
            models.Index(fields=["owner", "project"], name="view_by_owner"),
        ]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("registry:feature-view", args=[self.project.name, self.name])

    @property
    def freshness_limit(self) -> timedelta | None:
        """How old the newest event may be; None when neither owner nor schedule says."""
        if self.slo_freshness is not None:
            return self.slo_freshness
        if self.schedule_every is None:
            return None
        if self.schedule_every <= timedelta(hours=1):
            return HOURLY_LIMIT
        if self.schedule_every <= timedelta(days=1):
            return DAILY_LIMIT
        return self.schedule_every + timedelta(hours=1)

    @property
    def null_rate_limit(self) -> float:
        return DEFAULT_MAX_NULL_RATE if self.slo_max_null_rate is None else self.slo_max_null_rate

    @property
    def drift_limit(self) -> str:
        """As people say it: PSI 0.25."""
        method, _, fail = drift_limits(self.slo_drift)
        return f"{NAMES[method]} {fail:g}"

    @property
    def newest_event_at(self) -> datetime | None:
        """The time that counts for freshness: what is served where that was read, else what the source holds."""
        return self.served_until if self.is_online and self.served_read_at is not None else self.source_until
