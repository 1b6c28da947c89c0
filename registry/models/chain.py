"""What makes the audit log tamper-evident: seals, where their chain was anchored, and when it was last walked.

`registry.chain` writes these; docs/adr/0014-audit-chain.md says why they are apart from the entries.
"""

import pgtrigger
from django.db import models
from django.utils import timezone

from registry.models.audit import AuditEntry


def only_added(name: str, what: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse to change, delete or truncate rows of a table."""
    return [
        pgtrigger.Protect(name=f"{name}_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_is_never_truncated",
            operation=pgtrigger.Truncate,
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            func=f"RAISE EXCEPTION '{what} cannot be truncated';",
        ),
    ]


class WaitingEntry(models.Model):
    """An entry that was written and is not sealed yet. A trigger adds it, in the transaction of the entry."""

    entry = models.OneToOneField(
        AuditEntry, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="waiting"
    )

    def __str__(self) -> str:
        return f"waiting entry {self.pk}"


class Seal(models.Model):
    """An entry's place in the chain, and the hashes that hold it there. Never changed, as the entry is not."""

    place = models.BigIntegerField(primary_key=True, help_text="From 1 on, without gaps")
    entry = models.OneToOneField(AuditEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="seal")
    at = models.DateTimeField()
    salt = models.BinaryField(help_text="Keeps an entry that is shown in part from being guessed by its digest")
    digest = models.BinaryField(help_text="SHA-256 of salt and the entry's canonical text")
    hash = models.BinaryField(help_text="SHA-256 of the hash before, place, time and digest")

    class Meta:
        ordering = ["place"]
        triggers = only_added("seal", "Seals of the audit log")

    def __str__(self) -> str:
        return f"{self.place} {bytes(self.hash).hex()}"


class AnchorTarget(models.TextChoices):
    FILE = "file", "File"
    WEBHOOK = "webhook", "Webhook"


class Anchor(models.Model):
    """The chain's head as it was written outside, or the reason why it could not be."""

    at = models.DateTimeField(default=timezone.now)
    place = models.BigIntegerField()
    hash = models.BinaryField()
    target = models.CharField(max_length=8, choices=AnchorTarget.choices)
    where = models.CharField(max_length=300, help_text="Path of the file, or host of the webhook")
    error = models.CharField(max_length=500, blank=True, help_text="Empty: it was written")

    class Meta:
        ordering = ["-id"]
        triggers = only_added("anchor", "Anchors of the audit log")

    def __str__(self) -> str:
        return f"{self.place} at {self.where}"


class Verification(models.Model):
    """One walk over the whole chain, and what it found."""

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    place = models.BigIntegerField(help_text="Of the head; 0 of an empty chain")
    hash = models.BinaryField()
    anchors = models.BigIntegerField(help_text="How many the chain was compared with")
    faults = models.JSONField(default=list, help_text="[{kind, place, entry, detail}]; empty: nothing was found")

    class Meta:
        ordering = ["-id"]
        triggers = only_added("verification", "Verifications of the audit log")

    def __str__(self) -> str:
        return f"{self.ended_at} to {self.place}: {len(self.faults)} faults"

    @property
    def is_sound(self) -> bool:
        return not self.faults
