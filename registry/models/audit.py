"""The audit log: who changed what, when and why. Rows are only ever added."""

import pgtrigger
from django.db import models
from django.utils import timezone

from registry.models.people import Team, User
from registry.models.projects import Project


class AuditEntry(models.Model):
    """One state change by one actor. The database refuses to change, delete or truncate entries."""

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: the system"
    )
    actor_name = models.CharField(max_length=150, help_text="As it was then")
    token = models.CharField(max_length=40, blank=True, help_text="Key of the token used; empty for a session")
    action = models.CharField(max_length=80, help_text="app.verb_noun")
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40, blank=True)
    object_key = models.CharField(max_length=600, blank=True, help_text="What people call it")
    project = models.ForeignKey(Project, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    changes = models.JSONField(default=dict, help_text="{field: [old, new]}")
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
            models.Index(fields=["project", "-id"], name="audit_by_project"),
            models.Index(fields=["actor", "-id"], name="audit_by_actor"),
        ]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="audit_is_never_truncated",
                operation=pgtrigger.Truncate,
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'The audit log cannot be truncated';",
            ),
            # However an entry is written, it waits for its seal from then on: see registry.chain.
            pgtrigger.Trigger(
                name="audit_waits_for_its_seal",
                operation=pgtrigger.Insert,
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                referencing=pgtrigger.Referencing(new="written"),
                func="INSERT INTO registry_waitingentry (entry_id) SELECT id FROM written; RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_key}"
