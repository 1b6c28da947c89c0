"""Breaches and incidents: what is over its limit, and the one cause that several breaches have."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from registry.models import Actor, Connection, Feature, FeatureView, Team, User


class IncidentState(TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


class CauseKind(TextChoices):
    TABLE = "table", "Table"
    JOB = "job", "Job"
    STORE = "store", "Store"
    VIEW = "view", "Feature view"


ONGOING = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those that hit a view the actor sees, unless their cause is a view that the actor does not see; and those of
        the actor's teams."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        views = FeatureView.objects.visible_to(actor)
        seen = Exists(Hit.objects.filter(incident=OuterRef("pk"), view__in=views))
        return self.filter(seen & (Q(view__isnull=True) | Q(view__in=views)) | Q(owner__in=actor.team_ids))

    def ongoing(self) -> Self:
        """Those that are not over."""
        return self.filter(state__in=ONGOING)

    def concerning(self, actor: Actor) -> Self:
        """Those that the actor's teams answer for, or were told of."""
        teams = actor.team_ids if isinstance(actor, User) else frozenset()
        told = Incident.told.through.objects.filter(incident=OuterRef("pk"), team__in=teams)
        return self.filter(Q(owner__in=teams) | Exists(told))

    def hitting(self, view: FeatureView) -> Self:
        """Those that hit the view."""
        return self.filter(Exists(Hit.objects.filter(incident=OuterRef("pk"), view=view)))


class Incident(models.Model):
    """One thing that broke, with everything that broke because of it. There is one at a time for each cause: the
    database sees to it, and to it that one which is over stays so."""

    cause_kind = models.CharField(max_length=5, choices=CauseKind.choices)
    cause_key = models.CharField(max_length=120)
    cause_name = models.TextField(help_text="As people know it")
    cause_url = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=300)
    way = models.JSONField(
        default=list, help_text="[{kind, label, url, is_broken}] up to the cause, without the view that it began at"
    )
    kind = models.CharField(max_length=16, help_text="Of the breach that opened it")
    state = models.CharField(max_length=12, choices=IncidentState.choices, default=IncidentState.OPEN)
    # Who answers for it, for now: whoever gets it may pass it on.
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="incidents")
    connection = models.ForeignKey(Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    view = models.ForeignKey(FeatureView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    told: models.ManyToManyField = models.ManyToManyField(Team, related_name="+", help_text="Owners of what is hit")
    warned: models.ManyToManyField = models.ManyToManyField(Team, related_name="+", help_text="Readers of what is hit")
    is_paging = models.BooleanField(default=False, help_text="A consumer of tier 1 reads what is hit")
    runbook = models.CharField(max_length=1_000, blank=True, help_text="Instead of the usual page of help")
    note = models.TextField(blank=True, help_text="What was learnt from it, in Markdown")
    muted_until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: it ended by itself"
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause_key"], condition=Q(state__in=["open", "acknowledged"]), name="one_incident_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False) | ~Q(state="resolved"),
                name="resolved_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="incident_by_state")]
        triggers = [
            pgtrigger.FSM(
                name="incident_states",
                field="state",
                transitions=[("open", "acknowledged"), ("open", "resolved"), ("acknowledged", "resolved")],
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("monitoring:incident", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"INC-{self.pk}"

    @property
    def project_id(self) -> int | None:
        return self.view.project_id if self.view else None

    @property
    def is_over(self) -> bool:
        return self.state == IncidentState.RESOLVED

    @property
    def is_muted(self) -> bool:
        return self.muted_until is not None and self.muted_until > timezone.now()


class Hit(models.Model):
    """A view that an incident hits: over a limit already, or made from what is."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="hits", db_index=False)
    view = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="hits")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "view"], name="one_hit_per_view")]

    def __str__(self) -> str:
        return f"{self.incident_id} hits {self.view_id}"


class BreachState(TextChoices):
    SUSPECTED = "suspected", "Over its limit once"
    OPEN = "open", "Breached"
    ENDED = "ended", "Over"


class BreachQuerySet(models.QuerySet["Breach"]):
    def live(self) -> Self:
        """Those that readings can still change."""
        return self.exclude(state=BreachState.ENDED)

    def visible_to(self, actor: Actor) -> Self:
        """Those of views that the actor sees, and those of no view: of a store or a job."""
        return self.filter(Q(view__isnull=True) | Q(view__in=FeatureView.objects.visible_to(actor)))


class Breach(models.Model):
    """One thing that is over one limit. It opens after some bad readings in a row and ends after some good ones, so
    that a value that trembles at its limit wakes nobody twice."""

    kind = models.CharField(max_length=16)
    subject = models.CharField(max_length=120, help_text="view 7, feature 9, store 3 online, job ...")
    view = models.ForeignKey(FeatureView, null=True, on_delete=models.CASCADE, related_name="breaches")
    feature = models.ForeignKey(Feature, null=True, on_delete=models.CASCADE, related_name="breaches")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.CASCADE, related_name="breaches")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.CASCADE, related_name="breaches")
    state = models.CharField(max_length=9, choices=BreachState.choices)
    bad = models.PositiveIntegerField(help_text="Bad readings in a row")
    good = models.PositiveIntegerField(default=0, help_text="Good readings in a row after them")
    read_at = models.DateTimeField(help_text="Of the last reading that was counted")
    since = models.DateTimeField(help_text="First bad reading")
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = BreachQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "breaches"
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=~Q(state="ended"), name="one_breach_at_a_time"
            )
        ]
        triggers = [
            pgtrigger.FSM(name="breach_states", field="state", transitions=[("suspected", "open"), ("open", "ended")])
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject}"


class IncidentEventQuerySet(models.QuerySet["IncidentEvent"]):
    def visible_to(self, actor: Actor) -> Self:
        """Lines about no view, and about views that the actor sees."""
        return self.filter(Q(view__isnull=True) | Q(view__in=FeatureView.objects.visible_to(actor)))


class IncidentEvent(models.Model):
    """A line of an incident's timeline. Lines are only ever added: the database refuses anything else."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: itself")
    what = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    # What is said of a view is read by those who see it. Nothing changes a line, not even the end of its view.
    view = models.ForeignKey(
        FeatureView, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    objects = IncidentEventQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="timeline_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.what}"


class Patience(models.Model):
    """How many readings in a row over a limit a view's owner waits for. Views without a row wait for the usual two."""

    view = models.OneToOneField(FeatureView, primary_key=True, on_delete=models.CASCADE, related_name="patience")
    readings = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(readings__gte=1, readings__lte=5), name="one_to_five_readings")
        ]

    def __str__(self) -> str:
        return f"{self.readings} readings of {self.view_id}"
