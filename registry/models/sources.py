"""Entities and sources: what features describe, and what they are computed from."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.history import kept_history
from registry.models.people import Team
from registry.models.projects import Actor, Project


class EntityQuerySet(models.QuerySet["Entity"]):
    def visible_to(self, actor: Actor) -> Self:
        """Entities of projects the actor sees."""
        return self.filter(project__in=Project.objects.visible_to(actor))


@kept_history()
class Entity(models.Model):
    """The thing a feature describes, with its join keys."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="entities")
    name = models.CharField(max_length=200)
    join_keys = ArrayField(models.CharField(max_length=200), default=list)
    value_type = models.CharField(max_length=60, blank=True)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="entities")
    upstream_owner = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        ordering = ["project", "name"]
        verbose_name_plural = "entities"
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_entity_per_name")]

    def __str__(self) -> str:
        return self.name


@kept_history()
class Source(models.Model):
    """A table, file, stream or request payload that views are computed from."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=40)
    location = models.TextField(blank=True, help_text="Path, table or topic")
    query = models.TextField(blank=True)
    timestamp_field = models.CharField(max_length=200, blank=True)
    created_field = models.CharField(max_length=200, blank=True)
    field_mapping = models.JSONField(default=dict, blank=True)
    batch_source = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    options = models.JSONField(default=dict, blank=True)
    description = models.TextField(blank=True)
    upstream_owner = models.CharField(max_length=200, blank=True)
    tags = models.JSONField(default=dict, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["project", "name"]
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="one_source_per_name")]

    def __str__(self) -> str:
        return self.name
