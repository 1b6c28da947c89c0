"""Plans: what files in git would change, worked out before anything changes."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from registry.choices import PlanState
from registry.models.people import User
from registry.models.projects import Actor, Project

KEPT_FOR = timedelta(hours=24)


def _expiry() -> Any:
    return timezone.now() + KEPT_FOR


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own plans, and those that touch only projects the actor sees."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        touches = Plan.projects.through.objects.filter(plan=OuterRef("pk"))
        hidden = touches.exclude(project__in=Project.objects.visible_to(actor))
        return self.filter(Q(created_by=actor) | (Exists(touches) & ~Exists(hidden)))


class Plan(models.Model):
    """The difference between files and the registry at one moment, with what follows from it. Applied once or never."""

    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="plans")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=_expiry)
    state = models.CharField(max_length=8, choices=PlanState.choices, default=PlanState.OPEN)
    source = models.CharField(max_length=400, blank=True, help_text="Repository, branch or pull request")
    commit = models.CharField(max_length=64, blank=True)
    takes_over = models.BooleanField(default=False, help_text="Fields that pages hold become the files'")
    texts = models.JSONField(help_text="[[path, text]], as they were sent")
    base = models.BinaryField(help_text="Digest of the registry that it was made against")
    projects: models.ManyToManyField = models.ManyToManyField(Project, related_name="plans")
    changes = models.JSONField(
        default=list, help_text="[{key, action, field, old, new, rule, category, result, message}]"
    )
    impact = models.JSONField(default=list, help_text="[{consumer, kind, environment, team, keys}]")
    needs = models.JSONField(default=list, help_text="[{party, reasons}]: who must approve, team:slug or committee")
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("registry:plan", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"PL-{self.pk}"

    @property
    def is_expired(self) -> bool:
        return self.state == PlanState.OPEN and self.expires_at <= timezone.now()

    @property
    def counts(self) -> dict[str, int]:
        """How many objects it adds, changes and refuses."""
        refused = {one["key"] for one in self.changes if one["result"] == "error"}
        added = {one["key"] for one in self.changes if one["action"] == "add"} - refused
        changed = {one["key"] for one in self.changes} - added - refused
        return {"add": len(added), "change": len(changed), "error": len(refused)}


class Approval(models.Model):
    """Somebody said yes to a plan for a team or the committee."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="approvals", db_index=False)
    party = models.CharField(max_length=100, help_text="team:slug or committee")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=2_000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "party"], name="one_approval_per_party")]

    def __str__(self) -> str:
        return f"{self.party} approves {self.plan}"
