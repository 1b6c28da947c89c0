"""Asking for what one does not see: by its name, without learning whether it is there."""

from typing import Self

from django.db import models
from django.db.models import Q, TextChoices
from django.urls import reverse

from registry import roles
from registry.models import Actor, Project, Team, User

ANSWER = "If it exists, its owners were asked."


class OpeningState(TextChoices):
    ASKED = "asked", "Asked"
    OPENED = "opened", "Opened"
    DECLINED = "declined", "Declined"


class OpeningQuerySet(models.QuerySet["Opening"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those about a project whose owners the actor is among; all that are about something for who sees
        everything. Who asks sees only `told_to`."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        found = self.filter(about__isnull=False)
        return found if actor.sees_everything else found.filter(about__owner__in=actor.team_ids)

    def waiting_for(self, actor: Actor) -> Self:
        """Those that the actor can answer: of the own teams' projects, or the committee's where nobody owns it."""
        if not isinstance(actor, User):
            return self.none()
        mine = Q(about__owner__in=actor.team_ids)
        if actor.role_names & {roles.COMMITTEE, roles.CHAIR}:
            mine |= Q(about__owner=None)
        return self.filter(mine, state=OpeningState.ASKED, about__isnull=False)


class Opening(models.Model):
    """Somebody asks that a restricted project be opened to their team. There is one as well for a name that names
    nothing: `about` is then empty, nobody is asked, and who asks cannot tell the difference."""

    reference = models.CharField(max_length=600, help_text="As it was written")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    why = models.TextField()
    # Not called project: the audit log would name it, where who asks reads it.
    about = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=OpeningState.choices, default=OpeningState.ASKED)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="asked") | Q(answered_by__isnull=False, about__isnull=False),
                name="opening_answered_by_somebody",
            )
        ]
        indexes = [models.Index(fields=["asked_by", "-created_at"], name="opening_by_asker")]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:opening", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"OP-{self.pk}"

    @property
    def told_to_asker(self) -> str:
        """The same whether it was declined, waits, or names nothing."""
        return "It is open to your team." if self.state == OpeningState.OPENED else ANSWER
