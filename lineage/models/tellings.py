"""How far the registry was told what the graph says."""

from django.db import models


class Telling(models.Model):
    """One row: how often the ways that data takes have changed, and which of these changes the registry was told of.

    Whoever changes the graph counts up in the same transaction, so nothing can change without being told later.
    """

    changes = models.BigIntegerField()
    told = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"told {self.told} of {self.changes}"
