"""Versions: the immutable contract of a feature."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry.choices import EndingKind, Manager, PrivacyClass, VersionState
from registry.history import kept_history
from registry.models.features import Feature
from registry.models.people import User
from registry.models.projects import Actor

# What the contract says. None of it changes once a version has left draft: new content is a new version.
CONTRACT_FIELDS = (
    "number", "dtype", "unit", "entity_keys", "default", "default_policy", "is_nullable", "minimum", "maximum",
    "allowed_values", "definition", "definition_url", "vector_dimension", "vector_metric", "feature_id",
)  # fmt: skip


class DefaultPolicy(models.TextChoices):
    NONE = "none", "No default"
    CONSTANT = "constant", "Constant"
    MEAN = "mean", "Population mean"
    MEDIAN = "median", "Population median"
    MODE = "mode", "Most frequent value"


class VersionQuerySet(models.QuerySet["Version"]):
    def visible_to(self, actor: Actor) -> Self:
        """Versions of features the actor sees; drafts only for the team that owns the feature."""
        seen = self.filter(feature__in=Feature.objects.visible_to(actor))
        if not isinstance(actor, User) or actor.sees_everything:
            return seen
        return seen.filter(~Q(state=VersionState.DRAFT) | Q(feature__owner__in=actor.team_ids))


@kept_history()
class Version(models.Model):
    """One contract and definition of a feature. Published content never changes; only its state moves on."""

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    dtype = models.CharField(max_length=60)
    unit = models.CharField(max_length=40, blank=True)
    entity_keys = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    default = models.JSONField(null=True, blank=True)
    default_policy = models.CharField(max_length=10, choices=DefaultPolicy.choices, default=DefaultPolicy.NONE)
    default_measured_at = models.DateTimeField(null=True, blank=True)
    is_nullable = models.BooleanField(null=True, blank=True, help_text="Unknown when the store does not say")
    minimum = models.FloatField(null=True, blank=True)
    maximum = models.FloatField(null=True, blank=True)
    allowed_values = models.JSONField(null=True, blank=True)
    definition = models.TextField(blank=True)
    definition_url = models.CharField(
        max_length=1_000,
        blank=True,
        default="",
        db_default="",
        help_text="Where it is kept, such as a file at a commit",
    )
    vector_dimension = models.PositiveIntegerField(null=True, blank=True)
    vector_metric = models.CharField(max_length=20, blank=True)
    privacy_class = models.CharField(max_length=20, choices=PrivacyClass.choices, blank=True, default="")
    purposes = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    managed_by = models.CharField(max_length=12, choices=Manager.choices, default=Manager.CONNECTOR)
    note = models.TextField(blank=True, help_text="Why this version exists")
    state_reason = models.TextField(
        blank=True, default="", db_default="", help_text="Why it is deprecated or quarantined, for its readers"
    )
    ending_kind = models.CharField(max_length=10, choices=EndingKind.choices, blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    deprecated_at = models.DateTimeField(null=True, blank=True)
    sunset_on = models.DateField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    replacement = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaces")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["feature", "number"]
        constraints = [
            models.UniqueConstraint(fields=["feature", "number"], name="one_version_per_number"),
            models.UniqueConstraint(
                fields=["feature"], condition=Q(state=VersionState.DRAFT), name="one_draft_per_feature"
            ),
            models.CheckConstraint(
                condition=~Q(state=VersionState.DEPRECATED) | Q(deprecated_at__isnull=False),
                name="deprecated_has_a_date",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="version_states",
                field="state",
                transitions=[
                    ("draft", "active"),
                    ("draft", "retired"),
                    ("active", "deprecated"),
                    ("active", "quarantined"),
                    ("deprecated", "active"),
                    ("deprecated", "quarantined"),
                    ("deprecated", "retired"),
                    ("quarantined", "active"),
                    ("quarantined", "deprecated"),
                    ("quarantined", "retired"),
                ],
            ),
            pgtrigger.Protect(
                name="published_contract_is_immutable",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'draft' AND ("
                    + " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in CONTRACT_FIELDS)
                    + ")"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feature.key}@{self.number}"

    @property
    def owner_id(self) -> int | None:
        """The team that answers for its feature."""
        return self.feature.owner_id or self.feature.view.owner_id or self.feature.project.owner_id

    @property
    def project_id(self) -> int:
        return self.feature.project_id


class BrownoutQuerySet(models.QuerySet["Brownout"]):
    def going_on(self) -> Self:
        """Those of this moment."""
        now = timezone.now()
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Brownout(models.Model):
    """A while in which a deprecated version is switched off as a rehearsal, so that forgotten readers show."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="brownouts", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_hard = models.BooleanField(default=False, help_text="Checks say blocked meanwhile; otherwise they warn")

    objects = BrownoutQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["version", "starts_at"], name="one_brownout_at_a_time"),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="brownout_ends_after_start"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="brownout_by_end")]

    def __str__(self) -> str:
        return f"{self.version} off from {self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M} UTC"
