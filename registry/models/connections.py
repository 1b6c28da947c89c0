"""Connections to outside systems, and the pulls that read them."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registry.choices import PullKind, PullState
from registry.history import kept_history
from registry.models.people import Team, User


@kept_history(exclude=["change_token", "failures", "open_until", "definitions_due_at", "measurements_due_at"])
class Connection(models.Model):
    """A configured link to an outside system. Secrets are references or ciphertext, never plain, never read back."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, default="feast")
    settings = models.JSONField(default=dict, help_text="Addresses without secrets")
    sealed = models.BinaryField(default=bytes, blank=True, help_text="Encrypted addresses that hold secrets")
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="connections")
    is_enabled = models.BooleanField(default=True)
    definitions_every = models.DurationField(default=timedelta(minutes=5))
    measurements_every = models.DurationField(default=timedelta(minutes=15))
    created_at = models.DateTimeField(auto_now_add=True)
    # What pulls write. A store that fails again and again is left alone until `open_until`: a circuit of its own.
    change_token = models.CharField(max_length=200, blank=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    definitions_due_at = models.DateTimeField(default=timezone.now)
    measurements_due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:connection", args=[self.slug])

    def is_resting(self, now: datetime) -> bool:
        """Whether the circuit is open: too many failures in a row, so scheduled pulls wait."""
        return self.open_until is not None and self.open_until > now


class PullQuerySet(models.QuerySet["Pull"]):
    def unfinished(self) -> "PullQuerySet":
        return self.filter(state__in=[PullState.QUEUED, PullState.RUNNING])


class Pull(models.Model):
    """One run of a connection. Resumable: `cursor` says what is done, and everything done is safe to do again."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="pulls")
    kind = models.CharField(max_length=16, choices=PullKind.choices)
    state = models.CharField(max_length=12, choices=PullState.choices, default=PullState.QUEUED)
    requested_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    cursor = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(
        default=dict, blank=True, help_text="What changed: {added, changed, unchanged, gone, ...}"
    )
    warnings = models.JSONField(default=list, blank=True, help_text="Strings")
    errors = models.JSONField(default=list, blank=True, help_text="[{object, reason, fix}]")

    objects = PullQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "-id"], name="pull_by_connection")]
        constraints = [
            # Two pulls of one kind at once would do the same work twice and race for the same rows.
            models.UniqueConstraint(
                fields=["connection", "kind"],
                condition=Q(state__in=["queued", "running"]),
                name="one_unfinished_pull_per_kind",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("registry:pull", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"PULL-{self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.state not in {PullState.QUEUED, PullState.RUNNING}

    @property
    def counted(self) -> list[tuple[str, int]]:
        """What changed, in words: ("added views", 17). What did not happen is left out."""
        return [(name.replace("_", " "), number) for name, number in self.counts.items() if number]

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.started_at if self.finished_at and self.started_at else None

    @property
    def fraction_done(self) -> float | None:
        return self.done / self.total if self.total else None

    @property
    def rate(self) -> float | None:
        """How many things a second, from the start until now or the end; None before anything is done."""
        if not self.started_at or not self.done:
            return None
        seconds = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return self.done / seconds if seconds > 0 else None

    @property
    def time_left(self) -> timedelta | None:
        """Estimated from the pace so far; None before anything is done."""
        if self.is_finished or not self.started_at or not self.done or not self.total:
            return None
        elapsed = timezone.now() - self.started_at
        return elapsed / self.done * (self.total - self.done)
