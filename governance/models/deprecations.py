"""Deprecations: how the readers of a version are moved off it before its last day."""

from collections.abc import Collection
from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from registry.history import kept_history
from registry.models import Actor, Consumer, User, Version

# Days before the last day on which who has not moved is reminded.
USUAL_REMINDERS = [90, 30, 14, 7, 1]
# The team that answers for the version, as `Version.owner_id` says.
_OWNER = Coalesce("version__feature__owner", "version__feature__view__owner", "version__feature__project__owner")


class DeprecationState(TextChoices):
    DRAFT = "draft", "Draft"
    ANNOUNCED = "announced", "Announced"
    RETIRED = "retired", "Retired"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DeprecationQuerySet(models.QuerySet["Deprecation"]):
    def visible_to(self, actor: Actor) -> Self:
        """Deprecations of versions that the actor sees, and of those that something of the actor's team reads; drafts
        only for the team that owns the feature."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        seen = Q(version__in=Version.objects.visible_to(actor))
        own = ~Q(state=DeprecationState.DRAFT) | Q(owner__in=actor.team_ids)
        return self.alias(owner=_OWNER).filter(seen & own | Exists(_read_by(actor.team_ids)))

    def told_of(self) -> Self:
        """Without drafts."""
        return self.exclude(state=DeprecationState.DRAFT)

    def concerning(self, actor: Actor) -> Self:
        """Those of features that the actor's teams own, or that something of theirs reads."""
        teams = actor.team_ids if isinstance(actor, User) else frozenset()
        return self.alias(owner=_OWNER).filter(Q(owner__in=teams) | Exists(_read_by(teams)))

    def open(self) -> Self:
        """Those that readers are being told of."""
        return self.filter(state=DeprecationState.ANNOUNCED)

    def with_version(self) -> Self:
        """With everything that a line about them names."""
        return self.select_related(
            "version__feature__project", "version__feature__view", "version__feature__owner",
            "version__replacement__feature",
        )  # fmt: skip


def _read_by(teams: Collection[int]) -> models.QuerySet["Reader"]:
    return Reader.objects.filter(deprecation=OuterRef("pk"), consumer__team__in=teams)


def _usual_reminders() -> list[int]:
    return list(USUAL_REMINDERS)


@kept_history()
class Deprecation(models.Model):
    """The way from the announcement of an end to the end. What is announced stands on the version; how its readers
    are told and what they answer stands here. One at a time for each version."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="deprecations")
    state = models.CharField(max_length=10, choices=DeprecationState.choices, default=DeprecationState.DRAFT)
    draft = models.JSONField(default=dict, blank=True, help_text="What its pages have asked, until it is announced")
    instead = models.TextField(blank=True, help_text="What readers do where nothing replaces it")
    told = models.JSONField(default=dict, blank=True, help_text="{sunset_on, replacement} that readers know of")
    reminders = ArrayField(models.PositiveIntegerField(), default=_usual_reminders, blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True, help_text="When the committee was told")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = DeprecationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(state__in=["draft", "announced"]), name="one_deprecation_at_a_time"
            )
        ]
        triggers = [
            pgtrigger.FSM(
                name="deprecation_states",
                field="state",
                transitions=[("draft", "announced"), ("announced", "retired"), ("announced", "withdrawn")],
            )
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:deprecation", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"DEP-{self.pk}"

    @property
    def project_id(self) -> int:
        return self.version.feature.project_id

    @property
    def owner_id(self) -> int | None:
        """The team that answers for the version."""
        return self.version.owner_id

    @property
    def days_left(self) -> int | None:
        """Until the last day; negative after it."""
        sunset: date | None = self.version.sunset_on
        return None if sunset is None else (sunset - timezone.now().date()).days


class ReaderState(TextChoices):
    """How far a reader has come. Only evidence says that it has moved."""

    TOLD = "told", "No answer yet"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    NOT_USING = "not-using", "Says it does not read it"
    MOVED = "moved", "Moved"
    WAIVED = "waived", "Waived by the committee"


class ReaderQuerySet(models.QuerySet["Reader"]):
    def visible_to(self, actor: Actor) -> Self:
        """Readers of projects that the actor sees."""
        return self.filter(consumer__in=Consumer.objects.visible_to(actor))

    def remaining(self) -> Self:
        """Those that still read the version, as far as is known."""
        return self.filter(moved_at__isnull=True, waived_at__isnull=True)


@kept_history()
class Reader(models.Model):
    """A consumer that a deprecation concerns, and what its team has answered."""

    deprecation = models.ForeignKey(Deprecation, on_delete=models.CASCADE, related_name="readers", db_index=False)
    consumer = models.ForeignKey(Consumer, on_delete=models.CASCADE, related_name="deprecations")
    created_at = models.DateTimeField(auto_now_add=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="Empty while nobody could be told")
    answer = models.CharField(max_length=12, choices=ReaderState.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When the last evidence that it reads it went")
    waived_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    waiver = models.TextField(blank=True, help_text="Why the committee does not wait for it")

    objects = ReaderQuerySet.as_manager()

    class Meta:
        ordering = ["consumer__kind", "consumer__name"]
        constraints = [models.UniqueConstraint(fields=["deprecation", "consumer"], name="one_reader_per_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer} of {self.deprecation}"

    @property
    def state(self) -> ReaderState:
        if self.waived_at:
            return ReaderState.WAIVED
        if self.moved_at:
            return ReaderState.MOVED
        return ReaderState(self.answer or ReaderState.TOLD)

    @property
    def project_id(self) -> int:
        return self.deprecation.project_id


class ExtensionState(TextChoices):
    OPEN = "open", "Asked"
    GRANTED = "granted", "Granted"
    REFUSED = "refused", "Refused"


@kept_history()
class Extension(models.Model):
    """A reader asks for more time. Granting it moves the last day, for everybody."""

    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="extensions")
    until = models.DateField()
    reason = models.TextField()
    state = models.CharField(max_length=8, choices=ExtensionState.choices, default=ExtensionState.OPEN)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reader"], condition=Q(state=ExtensionState.OPEN), name="one_open_extension_per_reader"
            )
        ]
        triggers = [
            pgtrigger.FSM(
                name="extension_states", field="state", transitions=[("open", "granted"), ("open", "refused")]
            )
        ]

    def __str__(self) -> str:
        return f"{self.reader.consumer} until {self.until}"

    @property
    def project_id(self) -> int:
        return self.reader.project_id

    @property
    def owner_id(self) -> int | None:
        """The team that decides: the one that answers for the version."""
        return self.reader.deprecation.owner_id
