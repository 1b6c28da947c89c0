"""People, services and the teams that own features."""

from functools import cached_property
from typing import Any, Self

from django.contrib.auth.models import AbstractUser, Group
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse

from registry import roles
from registry.history import kept_history


@kept_history(exclude=["password", "last_login"])
class User(AbstractUser):
    """Somebody who signs in, or a service that calls with a token. Never deleted: audit entries point here."""

    is_service = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        ordering = ["username"]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_absolute_url(self) -> str:
        return reverse("registry:person", args=[self.username])

    @classmethod
    def with_standing(cls, pk: int) -> "User | None":
        """The user with roles and teams, which nearly every page asks for, in one query."""
        roles = ArraySubquery(Group.objects.filter(user=OuterRef("pk")).order_by().values("name"))
        teams = ArraySubquery(Membership.objects.filter(user=OuterRef("pk")).order_by().values("team_id"))
        user: Any = cls.objects.annotate(of_roles=roles, of_teams=teams).filter(pk=pk).first()
        if user is not None:
            user.__dict__["role_names"] = frozenset(user.of_roles)
            user.__dict__["team_ids"] = frozenset(user.of_teams if user.is_active else ())
        return user

    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(self.groups.values_list("name", flat=True))

    @property
    def sees_everything(self) -> bool:
        return self.is_active and (self.is_superuser or bool(self.role_names & roles.SEES_EVERYTHING))

    @property
    def is_admin(self) -> bool:
        return self.is_active and (self.is_superuser or roles.ADMIN in self.role_names)

    @cached_property
    def team_ids(self) -> frozenset[int]:
        return frozenset(self.memberships.values_list("team_id", flat=True)) if self.is_active else frozenset()


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: User) -> Self:
        """Teams the user is a member of."""
        return self.filter(Exists(Membership.objects.filter(team=OuterRef("pk"), user=user)))


@kept_history()
class Team(models.Model):
    """A group of people that answers for features. Teams are public: everyone must know whom to ask."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    channel = models.CharField(
        max_length=120, blank=True, help_text="Where the team answers, such as #payments-features"
    )
    email = models.EmailField(blank=True)
    members: models.ManyToManyField = models.ManyToManyField(User, through="Membership", related_name="teams")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:team", args=[self.slug])


@kept_history()
class Membership(models.Model):
    """A person's place in a team. Rights end with it, at once."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
