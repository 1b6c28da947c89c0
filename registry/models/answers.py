"""Answers that are kept for a while, so that a write whose answer was lost can be sent again."""

from django.db import models

from registry.models.people import User


class KeptAnswer(models.Model):
    """What a write with an Idempotency-Key was answered. Written in the transaction of the write itself: both or none.

    Kept for a day. An answer that holds a secret is kept without its body.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked = models.BinaryField(help_text="Digest of method, address and body")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.status} to {self.user}'s {self.key}"
