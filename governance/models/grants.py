"""Grants: time-bound rights to read one version for one purpose."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, TextChoices
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from governance.models.policies import Setting
from governance.models.purposes import Purpose
from governance.models.requests import RequestItem
from registry.choices import PrivacyClass
from registry.models import Actor, Consumer, Team, User, Version


class GrantState(TextChoices):
    """Approved is not active: the clock of a grant runs once the right is there."""

    PROVISIONING = "provisioning", "Being set up"
    FAILED = "failed", "Could not be set up"
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"
    SUPERSEDED = "superseded", "Renewed"


STANDING = (GrantState.PROVISIONING, GrantState.FAILED, GrantState.ACTIVE)


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, those of what one's teams run, and those on features of one's teams; all of them for the
        committee, auditors and administrators."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        owner = Coalesce("version__feature__owner", "version__feature__view__owner", "version__feature__project__owner")
        mine = Q(user=actor) | Q(item__request__requester=actor) | Q(consumer__team__in=actor.team_ids)
        return self.alias(feature_owner=owner).filter(mine | Q(feature_owner__in=actor.team_ids))

    def active(self) -> Self:
        """Rights that hold now, as far as they themselves say. Whether the holder may still read is asked of more."""
        return self.filter(state=GrantState.ACTIVE, ends_at__gt=timezone.now())

    def active_at(self, moment: datetime) -> Self:
        """Rights that held at a moment."""
        ended = Coalesce("ended_at", "ends_at")
        return self.alias(ended=ended).filter(starts_at__lte=moment, ended__gt=moment, ends_at__gt=moment)

    def standing(self) -> Self:
        """Active ones, and those that are to become so."""
        return self.filter(state__in=STANDING)

    def with_names(self) -> Self:
        """With everything that a line about them names."""
        return self.select_related(
            "version__feature__project", "version__feature__view", "version__feature__owner", "consumer", "user",
            "team", "purpose", "item__request__requester",
        )  # fmt: skip


class Grant(models.Model):
    """The right of a consumer or a person to read one version for one purpose until a day. An id is never a key: every
    decision asks whether the right still holds, and ends with what it was given to."""

    item = models.ForeignKey(RequestItem, on_delete=models.PROTECT, related_name="grants")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="grants")
    consumer = models.ForeignKey(Consumer, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="grants",
        help_text="The consumer's when it was granted: under another team the right does not hold",
    )  # fmt: skip
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="grants")
    privacy_class = models.CharField(
        max_length=20, choices=PrivacyClass.choices, help_text="The version's when it was granted"
    )
    setting = models.CharField(max_length=8, choices=Setting.choices)
    environment = models.CharField(max_length=40, blank=True, help_text="Empty: every environment")
    conditions = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    is_emergency = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=GrantState.choices, default=GrantState.PROVISIONING)
    problem = models.TextField(blank=True, help_text="Why it could not be set up")
    lasts = models.DurationField(help_text="From the moment that it is active")
    created_at = models.DateTimeField(default=timezone.now)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, help_text="Why it ended")
    reminded = ArrayField(models.PositiveIntegerField(), default=list, blank=True, help_text="Days before its end")

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=["provisioning", "failed", "active"]), name="one_grant_per_item"
            ),
            models.CheckConstraint(
                condition=Q(consumer__isnull=False, user__isnull=True) | Q(consumer__isnull=True, user__isnull=False),
                name="grant_has_one_holder",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "expired", "superseded"])
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="active_grant_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["provisioning", "failed", "active"]) | Q(ended_at__isnull=False),
                name="ended_grant_says_when",
            ),
        ]
        indexes = [
            # What a decision asks: has this holder an active grant on this version?
            models.Index(
                fields=["version", "consumer"], include=["purpose", "ends_at", "setting"],
                condition=Q(state="active"), name="grant_of_consumer",
            ),
            models.Index(fields=["version", "user"], condition=Q(state="active"), name="grant_of_user"),
            models.Index(fields=["ends_at"], condition=Q(state="active"), name="grant_by_end"),
            models.Index(fields=["consumer", "-id"], name="grant_by_consumer"),
            models.Index(fields=["user", "-id"], name="grant_by_user"),
        ]  # fmt: skip
        triggers = [
            pgtrigger.FSM(
                name="grant_states", field="state",
                transitions=[
                    ("provisioning", "active"), ("provisioning", "failed"), ("provisioning", "revoked"),
                    ("failed", "active"), ("failed", "revoked"), ("failed", "provisioning"),
                    ("active", "expired"), ("active", "revoked"), ("active", "superseded"),
                ],
            ),
            pgtrigger.Protect(name="grant_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="grant_is_bound", operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    " OR ".join(
                        f'OLD."{name}" IS DISTINCT FROM NEW."{name}"'
                        for name in (
                            "item_id", "version_id", "consumer_id", "user_id", "team_id", "purpose_id",
                            "privacy_class", "setting", "environment", "lasts", "is_emergency",
                        )
                    )
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:grant", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"GR-{self.pk}"

    @property
    def project_id(self) -> int:
        return self.version.project_id

    @property
    def owner_id(self) -> int | None:
        """The team that answers for the version."""
        return self.version.owner_id

    @property
    def subject(self) -> str:
        """Who may read: kind:name, or person:username."""
        return str(self.consumer) if self.consumer_id else f"person:{self.user.username if self.user else ''}"
