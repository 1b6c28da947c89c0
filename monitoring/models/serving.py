"""What stores, and the servers in front of them, say of themselves; and what their owners let them be."""

from typing import Self

from django.db import models
from django.db.models import Q

from registry.models import Actor, Connection, FeatureView, Pull, User


class StoreFigureQuerySet(models.QuerySet["StoreFigure"]):
    def visible_to(self, actor: Actor) -> Self:
        """Figures of views the actor sees; those of a store as a whole are for everybody, as connections are."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        return self.filter(Q(view__isnull=True) | Q(view__in=FeatureView.objects.visible_to(actor)))


class StoreFigure(models.Model):
    """One figure at a moment: of one view, or of the store where `view` is empty. All figures of one measurement have
    the same moment."""

    pk = models.CompositePrimaryKey("measured_at", "id")
    id = models.BigIntegerField()
    measured_at = models.DateTimeField()
    connection = models.ForeignKey(Connection, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    view = models.ForeignKey(
        FeatureView, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="store_figures"
    )
    name = models.CharField(max_length=40, help_text="See monitoring/serving.py")
    value = models.FloatField()
    query = models.TextField(blank=True, help_text="What was asked")
    pull = models.ForeignKey(Pull, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")

    objects = StoreFigureQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "monitoring_storefigure"
        ordering = ["-measured_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} of connection {self.connection_id} at {self.measured_at:%Y-%m-%d %H:%M}"


class ServingLimits(models.Model):
    """What the owner of a store promises of serving. Empty: nothing, so nothing is judged."""

    connection = models.OneToOneField(
        Connection, primary_key=True, on_delete=models.CASCADE, related_name="serving_limits"
    )
    latency_p99 = models.FloatField(null=True, blank=True, help_text="Seconds that 99 of 100 requests take at most")
    error_rate = models.FloatField(null=True, blank=True, help_text="Share of requests that may fail")
    hit_rate = models.FloatField(null=True, blank=True, help_text="Share of values that must be found, of each view")
    served_bytes = models.BigIntegerField(null=True, blank=True, help_text="What all views may take online, together")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(latency_p99__isnull=True) | Q(latency_p99__gt=0))
                & (Q(error_rate__isnull=True) | Q(error_rate__gte=0, error_rate__lte=1))
                & (Q(hit_rate__isnull=True) | Q(hit_rate__gte=0, hit_rate__lte=1))
                & (Q(served_bytes__isnull=True) | Q(served_bytes__gt=0)),
                name="serving_limits_make_sense",
            )
        ]

    def __str__(self) -> str:
        return f"Limits of serving of {self.connection_id}"
