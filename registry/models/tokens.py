"""Access tokens: a random secret that is shown once and kept only as a digest."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from knox.models import AbstractAuthToken

from registry import roles
from registry.choices import Scope
from registry.models.people import User


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def visible_to(self, actor: User) -> "AccessTokenQuerySet":
        """One's own tokens; everybody's for administrators and auditors."""
        sees_all = actor.is_admin or roles.AUDITOR in actor.role_names
        return self.all() if sees_all else self.filter(user=actor)

    def usable(self) -> "AccessTokenQuerySet":
        """Tokens that are neither revoked nor expired."""
        return self.filter(revoked_at__isnull=True, expiry__gt=timezone.now())


class AccessToken(AbstractAuthToken):
    """A key for one person or service, limited to scopes, for lineage also to namespaces. Revoked means at once."""

    name = models.CharField(max_length=120)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), default=list)
    namespaces = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    # Of Charter's own client, where it was used through that.
    client_version = models.CharField(max_length=40, blank=True, default="", db_default="")
    client_used_at = models.DateTimeField(null=True, blank=True)

    known = AccessTokenQuerySet.as_manager()

    class Meta(AbstractAuthToken.Meta):
        abstract = False
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"

    @property
    def public_id(self) -> str:
        """What people and the audit log call a token. The digest of a random secret gives nothing of it away."""
        return self.digest[:16]
