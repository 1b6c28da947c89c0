"""How far the tools have been read that have to be asked for their lineage."""

from django.db import models

from registry.models import Connection


class Reading(models.Model):
    """Where the next pull of a connection goes on. What lies before it is kept as events."""

    connection = models.OneToOneField(Connection, primary_key=True, on_delete=models.CASCADE, related_name="+")
    address = models.TextField(help_text="What was read: of another one nothing was")
    cursor = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"reading of {self.connection_id}"
