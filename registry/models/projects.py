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
        """Listed projects, and restricted ones in which the actor's team owns the project or a view."""
        if not actor.is_authenticated or not actor.is_active:
            return self.none()
        assert isinstance(actor, User)  # noqa: S101  an authenticated actor is one
        if actor.sees_everything:
            return self
        teams = actor.team_ids
        # Subqueries rather than a join, which would list a project once for each view and miscount it. The teams are
        # known to the actor already: asking for them inside the query again would double the time to plan it.
        owns_view = Q(pk__in=Project.objects.filter(views__owner__in=teams).order_by().values("pk"))
        return self.filter(Q(visibility=Visibility.LISTED) | Q(owner__in=teams) | owns_view)


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
