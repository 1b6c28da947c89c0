"""Naming rules: what names of a project must look like, which words they may not use, and which names need not."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, TextChoices
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from registry.history import kept_history
from registry.models import Actor, Project, Team, User


class NamedKind(TextChoices):
    """What has a name that people choose."""

    FEATURE = "feature", "Features"
    VIEW = "view", "Feature views"
    ENTITY = "entity", "Entities"


class OfProjectQuerySet(models.QuerySet[models.Model]):
    """What holds in one project, or without one in all."""

    def visible_to(self, actor: Actor) -> Self:
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        return self.filter(Q(project=None) | Q(project__in=Project.objects.visible_to(actor)))

    def holding_in(self, project: Project) -> Self:
        return self.filter(Q(project=None) | Q(project=project))


@kept_history()
class NamingRule(models.Model):
    """A pattern that whole names must match. It was tried on its own examples when it was saved."""

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="naming_rules", help_text="Empty: all"
    )
    kind = models.CharField(max_length=8, choices=NamedKind.choices, default=NamedKind.FEATURE)
    pattern = models.CharField(max_length=500, help_text="RE2, for the whole name")
    said = models.CharField(max_length=300, help_text="What it asks, as people who break it read it")
    right = ArrayField(models.CharField(max_length=200), help_text="Names that it lets pass")
    wrong = ArrayField(models.CharField(max_length=200), help_text="Names that it does not")
    is_advice = models.BooleanField(default=False, help_text="Breaking it is said and not refused")
    is_on = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:naming-rule", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"NR-{self.pk}"

    @property
    def owner_id(self) -> int | None:
        """The team that may change it: the project's. One of all projects is the committee's."""
        return self.project.owner_id if self.project else None


@kept_history()
class NameWord(models.Model):
    """A word that names may not use, and what to write instead."""

    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.CASCADE, related_name="name_words", help_text="Empty: all"
    )
    word = models.CharField(max_length=60)
    instead = models.CharField(max_length=60, blank=True, help_text="Empty: forbidden, whatever is meant")

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        ordering = ["word"]
        constraints = [
            models.UniqueConstraint(fields=["project", "word"], name="one_word_of_a_project", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.word} → {self.instead}" if self.instead else self.word

    @property
    def owner_id(self) -> int | None:
        return self.project.owner_id if self.project else None


class NameWaiverQuerySet(OfProjectQuerySet):
    def in_force(self) -> Self:
        return self.filter(until__gte=timezone.now().date())


@kept_history()
class NameWaiver(models.Model):
    """A name that need not follow the rules until a day."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="name_waivers")
    kind = models.CharField(max_length=8, choices=NamedKind.choices)
    key = models.CharField(max_length=600, help_text="project.view.feature, project.view or project.entity")
    reason = models.TextField()
    until = models.DateField(help_text="The last day on which it counts")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    objects = NameWaiverQuerySet.as_manager()

    class Meta:
        ordering = ["until", "key"]
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_waiver_for_a_name")]

    def __str__(self) -> str:
        return f"{self.key} until {self.until}"

    @property
    def owner_id(self) -> int | None:
        return self.project.owner_id


@kept_history()
class NameDecision(models.Model):
    """The committee has looked at a name that several teams use, and lets them."""

    name = models.CharField(max_length=200, unique=True)
    teams = models.ManyToManyField(Team, related_name="+", help_text="Those that it was decided for")
    reason = models.TextField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


# The team that answers for a feature, where the query has features.
ANSWERING = Coalesce("owner", "view__owner", "project__owner")
