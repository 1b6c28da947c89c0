"""Projects, and the rule of who sees them."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse

from registry.choices import Compatibility, OwnershipModel, Visibility
from registry.history import kept_history
from registry.models.people import Team, User

Actor = User | AnonymousUser


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, actor: Actor) -> Self:
        """Listed projects, and restricted ones that are open to the actor's team, or in which it owns the project or a
        view."""
        if not actor.is_authenticated or not actor.is_active:
            return self.none()
        assert isinstance(actor, User)  # noqa: S101  an authenticated actor is one
        if actor.sees_everything:
            return self
        teams = actor.team_ids
        # Subqueries rather than a join, which would list a project once for each view and miscount it. The teams are
        # known to the actor already: asking for them inside the query again would double the time to plan it.
        owns_view = Q(pk__in=Project.objects.filter(views__owner__in=teams).order_by().values("pk"))
        open_to = ProjectGuest.objects.filter(team__in=teams, ended_at__isnull=True)
        is_guest = Q(pk__in=open_to.order_by().values("project"))
        return self.filter(Q(visibility=Visibility.LISTED) | Q(owner__in=teams) | owns_view | is_guest)


@kept_history()
class Project(models.Model):
    """A namespace of views, with its own ownership model, rules and visibility. Its name is part of every key."""

    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    visibility = models.CharField(max_length=12, choices=Visibility.choices, default=Visibility.LISTED)
    ownership_model = models.CharField(max_length=12, choices=OwnershipModel.choices, default=OwnershipModel.FEDERATED)
    compatibility = models.CharField(
        max_length=20, choices=Compatibility.choices, default=Compatibility.NONE, db_default=Compatibility.NONE.value,
        help_text="What a new version must keep",
    )  # fmt: skip
    retires_alone = models.BooleanField(
        default=False, db_default=False,
        help_text="What is past its last day retires by itself once nothing stands in the way",
    )  # fmt: skip
    connection = models.ForeignKey(
        "Connection", null=True, blank=True, on_delete=models.SET_NULL, related_name="projects"
    )
    upstream_name = models.CharField(max_length=200, blank=True, help_text="What the store calls it")
    tags = models.JSONField(default=dict, blank=True)
    upstream_facts = models.JSONField(
        default=dict, blank=True, help_text="Shown as the store tells them: {permissions: [...], saved_datasets: [...]}"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:project", args=[self.name])


class ProjectGuest(models.Model):
    """A restricted project is open to a team that owns nothing in it: it sees what listed projects show to everybody.
    Reading personal values still needs a grant."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guests")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="guest_of")
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["team__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "team"], condition=Q(ended_at__isnull=True), name="one_open_door"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} is open to {self.team}"
