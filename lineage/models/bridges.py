"""What was last told of each project of the registry."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from registry.models import Project


class Bridge(models.Model):
    """How a project stood when its part of the graph was last worked out. An empty fingerprint asks for it anew."""

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="+")
    fingerprint = models.TextField()
    tellers = ArrayField(models.UUIDField())

    def __str__(self) -> str:
        return f"bridge of {self.project_id}"
