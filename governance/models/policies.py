"""Policies: what reading a class of personal data needs. Data with versions, never changed once they decided."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from registry.choices import PERSONAL_CLASSES
from registry.models import User

LONGEST_GRANT = 730  # days
MOST_VOTES = 5


class Setting(TextChoices):
    """Where values are read. Who may read online may read offline too."""

    OFFLINE = "offline", "Offline only"
    ONLINE = "online", "Online and offline"


class Silence(TextChoices):
    """What happens to a grant that nobody answers for in a review."""

    REVOKE = "revoke", "It is revoked"
    KEEP = "keep", "It stays, and the chair is told"


class PolicyQuerySet(models.QuerySet["Policy"]):
    def current(self) -> Self:
        """Those that decide now."""
        return self.filter(ended_at__isnull=True)

    def at(self, moment: object) -> Self:
        """Those that decided at a moment."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), created_at__lte=moment)


class Policy(models.Model):
    """One version of what a class needs in a setting and environment: whose votes, how many, for how long at most.

    The most particular one decides: one that names an environment before one that does not, then one that names a
    setting. What it says never changes; saving a change makes the next version and ends this one.
    """

    privacy_class = models.CharField(max_length=20, choices=[(one.value, one.label) for one in PERSONAL_CLASSES])
    setting = models.CharField(max_length=8, choices=Setting.choices, blank=True, help_text="Empty: every setting")
    environment = models.CharField(max_length=40, blank=True, help_text="Empty: every environment")
    number = models.PositiveIntegerField(default=1)
    is_automatic = models.BooleanField(
        default=False, help_text="Granted at once where the owner has agreed beforehand, for a purpose of the contract"
    )
    owner_votes = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(1)])
    committee_votes = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MOST_VOTES)])
    needs_officer = models.BooleanField(default=False, help_text="One of the votes is the data protection officer's")
    most_days = models.PositiveIntegerField(validators=[MaxValueValidator(LONGEST_GRANT)])
    emergency_hours = models.PositiveSmallIntegerField(
        default=4, validators=[MaxValueValidator(72)], help_text="Of break-glass access; 0: there is none"
    )
    conditions = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    silence = models.CharField(max_length=6, choices=Silence.choices, default=Silence.KEEP)
    note = models.TextField(blank=True, help_text="Why this version exists")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["privacy_class", "setting", "environment", "-number"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["privacy_class", "setting", "environment", "number"], name="one_policy_per_number"
            ),
            models.UniqueConstraint(
                fields=["privacy_class", "setting", "environment"], condition=Q(ended_at__isnull=True),
                name="one_current_policy",
            ),
            models.CheckConstraint(
                condition=Q(is_automatic=True) | Q(owner_votes__gt=0) | Q(committee_votes__gt=0),
                name="policy_needs_somebody",
            ),
            models.CheckConstraint(
                condition=Q(needs_officer=False) | Q(committee_votes__gt=0), name="officer_votes_in_the_committee"
            ),
            models.CheckConstraint(condition=Q(most_days__gt=0), name="policy_grants_a_day"),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="policy_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="policy_is_immutable",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.ended_at IS NOT NULL OR "
                    "to_jsonb(OLD.*) - 'ended_at' IS DISTINCT FROM to_jsonb(NEW.*) - 'ended_at'"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("governance:policy", args=[self.name])

    @property
    def name(self) -> str:
        """What it is called in addresses: class, setting, environment."""
        return ".".join(part for part in (self.privacy_class, self.setting, self.environment) if part)

    @property
    def votes(self) -> int:
        return self.owner_votes + self.committee_votes

    @property
    def path(self) -> str:
        """Who decides, in words."""
        parts = ["the owner"] * bool(self.owner_votes)
        if self.committee_votes:
            parts.append(f"{self.committee_votes} of the committee")
        said = " and ".join(parts) + (" with the data protection officer" if self.needs_officer else "")
        if not self.is_automatic:
            return said
        return f"nobody where the owner has agreed beforehand, else {said}" if said else "nobody"


class StandingApproval(models.Model):
    """An owner agrees beforehand that what a policy allows to be automatic is granted at once, for one view."""

    view = models.ForeignKey("registry.FeatureView", on_delete=models.CASCADE, related_name="standing_approvals")
    reason = models.TextField()
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["view"], condition=Q(ended_at__isnull=True), name="one_standing_approval_of_a_view"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")), name="approval_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view} may be granted at once"

    @property
    def project_id(self) -> int:
        return self.view.project_id

    @property
    def owner_id(self) -> int | None:
        return self.view.owner_id or self.view.project.owner_id
