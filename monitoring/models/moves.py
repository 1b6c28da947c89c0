"""Moves: what somebody says a consumer is to read instead of what it reads now."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from registry.models import Consumer, User, Version


class Move(models.Model):
    """A consumer's way from one version to another. How far it has come is never written here: reads say so."""

    consumer = models.ForeignKey(Consumer, on_delete=models.CASCADE, related_name="moves", db_index=False)
    old = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="moves_from")
    new = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="moves_to")
    set_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "old"], name="one_move_from_a_version"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="moves_lead_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} from {self.old} to {self.new}"
