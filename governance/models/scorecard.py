"""The scorecard: statements that stand where evidence cannot be read, what each check came to, and whether the portal
answered."""

from datetime import date, timedelta
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from registry.models import Project, User


class CheckState(TextChoices):
    """Unknown is never green: it is what nobody has looked at, or what was seen more than a day ago."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly"
    NOT_MET = "not-met", "Not met"
    UNKNOWN = "unknown", "Unknown"
    ATTESTED = "attested", "Attested"


# What counts as passed.
PASSED = (CheckState.MET, CheckState.ATTESTED)
_TAKING_BACK = "ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_because']"


class AttestationQuerySet(models.QuerySet["Attestation"]):
    def valid(self) -> Self:
        """Those that hold today: neither expired nor taken back."""
        return self.filter(withdrawn_at__isnull=True, valid_until__gte=timezone.now().date())

    def ending_within(self, days: int) -> Self:
        return self.valid().filter(valid_until__lt=timezone.now().date() + timedelta(days=days))


class Attestation(models.Model):
    """Somebody who may says that a check is met, where Charter has no evidence to read. It ends by itself, and what it
    says never changes. Where evidence says otherwise, the evidence counts."""

    check_slug = models.SlugField(max_length=40, help_text="Which check")
    statement = models.TextField(help_text="What was done or seen, in words that an auditor understands")
    link = models.CharField(max_length=1_000, blank=True, help_text="Where that can be looked up")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateField(help_text="The last day on which it counts")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_because = models.TextField(blank=True)

    objects = AttestationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="attestation_is_taken_back_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["check_slug", "-id"], name="attestation_by_check")]
        triggers = [
            pgtrigger.Protect(name="attestation_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="attestation_is_immutable", operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.withdrawn_at IS NOT NULL OR "
                    f"to_jsonb(OLD.*) - {_TAKING_BACK} IS DISTINCT FROM to_jsonb(NEW.*) - {_TAKING_BACK}"
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return f"{reverse('governance:scorecard-check', args=[self.check_slug])}#attestations"

    @property
    def public_id(self) -> str:
        return f"AT-{self.pk}"

    @property
    def is_valid(self) -> bool:
        return self.withdrawn_at is None and self.valid_until >= timezone.now().date()


class ScorecardDay(models.Model):
    """What a check came to on a day: of the platform, or of one project. Kept, because nothing else remembers it."""

    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    check_slug = models.SlugField(max_length=40, db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=8, choices=CheckState.choices)
    met = models.PositiveIntegerField(null=True, help_text="Of what can be counted")
    of = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "check_slug", "day"], name="one_day_per_check", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.check_slug} on {self.day}: {self.state}"


class PortalDay(models.Model):
    """How often the portal was asked on a day whether it is there, by a worker, and how often it answered."""

    day = models.DateField(primary_key=True, default=date.today)
    asked = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    last_asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["day"]
        constraints = [models.CheckConstraint(condition=Q(answered__lte=F("asked")), name="no_answer_unasked")]

    def __str__(self) -> str:
        return f"{self.answered} of {self.asked} on {self.day}"
