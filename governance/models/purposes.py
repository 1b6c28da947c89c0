"""Purposes: the registered reasons for which personal data may be used."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from registry.history import kept_history


class LegalBasis(TextChoices):
    """Article 6(1) of the GDPR, in its order."""

    CONSENT = "consent", "Consent"
    CONTRACT = "contract", "Contract"
    LEGAL_OBLIGATION = "legal-obligation", "Legal obligation"
    VITAL_INTERESTS = "vital-interests", "Vital interests"
    PUBLIC_TASK = "public-task", "Public task"
    LEGITIMATE_INTERESTS = "legitimate-interests", "Legitimate interests"


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def usable(self) -> Self:
        """Those for which data may be used today: neither ended nor past their review."""
        return self.filter(ended_at__isnull=True, review_on__gte=timezone.now().date())


@kept_history()
class Purpose(models.Model):
    """A reason for which features may be used. Contracts name purposes; a grant is for one of them. Everybody sees
    them. Never removed: grants and decisions point here."""

    name = models.CharField(
        max_length=80, unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", "Small letters, digits and _, such as fraud_detection.")],
    )  # fmt: skip
    description = models.TextField(help_text="What is done with the data, in words that everybody understands")
    legal_basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    assessment = models.CharField(max_length=1_000, blank=True, help_text="Where the impact assessment is kept")
    assessed_until = models.DateField(null=True, blank=True, help_text="How long the impact assessment holds")
    review_on = models.DateField(help_text="After this day nothing is granted for it until somebody has looked again")
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PurposeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assessed_until__isnull=True) | ~Q(assessment=""), name="assessment_is_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("governance:purpose", args=[self.name])

    @property
    def is_usable(self) -> bool:
        return self.ended_at is None and self.review_on >= timezone.now().date()

    @property
    def is_assessed(self) -> bool:
        """Whether an impact assessment holds today."""
        return self.assessed_until is not None and self.assessed_until >= timezone.now().date()
