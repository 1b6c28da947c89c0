"""What the registry's own figures were on a day."""

from django.db import models

from registry.models.projects import Project


class ProjectDay(models.Model):
    """What a project's use was at the end of a day: kept, because nothing else remembers it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    active = models.PositiveIntegerField(help_text="Active features that were there")
    used = models.PositiveIntegerField(help_text="Of these, read by a model")
    reused = models.PositiveIntegerField(help_text="Of these, read by two models or more")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "day"], name="one_day_per_project")]

    def __str__(self) -> str:
        return f"{self.project} on {self.day}"
