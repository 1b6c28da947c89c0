"""The log of decisions for machines, partitioned by month, and access requests that machines sent.

The log's table is made by hand: Django does not know partitions.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from governance.models.grants import Grant
from governance.models.purposes import Purpose
from registry.models import Actor, Consumer, User, Version


class EvaluationQuerySet(models.QuerySet["Evaluation"]):
    def visible_to(self, actor: Actor) -> Self:
        """All of them for the committee, auditors and administrators. Others: about what their teams own or run, and
        what was asked with their own tokens."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        owner = Coalesce("version__feature__owner", "version__feature__view__owner", "version__feature__project__owner")
        mine = Q(asker=actor) | Q(consumer__team__in=actor.team_ids)
        return self.alias(feature_owner=owner).filter(mine | Q(feature_owner__in=actor.team_ids))


class Evaluation(models.Model):
    """One decision that a machine was told: who, what, for which purpose, yes or no, and why. Every one about personal
    data, some of the others. Never changed, and never a value of a feature. A no that can be asked for is what an
    access request refers to."""

    pk = models.CompositePrimaryKey("at", "id")
    id = models.UUIDField(help_text="Begins with the millisecond, so that it is found without an index of its own")
    at = models.DateTimeField()
    asker = models.ForeignKey(User, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    token = models.CharField(max_length=40, blank=True, help_text="Id of the token used; empty for a session")
    request_id = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=10, help_text="evaluation or search")
    subject = models.TextField(help_text="type:id, as it was asked")
    user = models.ForeignKey(
        User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    consumer = models.ForeignKey(
        Consumer, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    action = models.TextField()
    resource_type = models.TextField()
    resource = models.TextField(help_text="As it was asked")
    version = models.ForeignKey(
        Version, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        help_text="That it hung on",
    )  # fmt: skip
    purpose = models.TextField(blank=True)
    environment = models.TextField(blank=True)
    decision = models.BooleanField()
    reason_code = models.CharField(max_length=40)
    grant = models.ForeignKey(
        Grant, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    is_personal = models.BooleanField(help_text="Those are all here; of the others some")
    may_be_asked_for = models.BooleanField()

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        db_table = "governance_evaluation"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.action} {self.resource}: {'yes' if self.decision else 'no'}"

    @property
    def grant_name(self) -> str:
        """What people call the grant that it hung on."""
        return f"GR-{self.grant_id}" if self.grant_id else ""


def new_evaluation_id(at: datetime) -> UUID:
    """UUIDv7 (RFC 9562): the millisecond, then chance."""
    milliseconds = int(at.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))


def moment_of(evaluation_id: UUID) -> datetime:
    """The millisecond in which it was decided."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=evaluation_id.int >> 80)


class AccessTask(models.Model):
    """An access request as a machine sent it: what it asked for item by item, and the house's requests that came of it.
    Its id cannot be guessed, and opens nothing by itself."""

    id = models.UUIDField(primary_key=True)
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=12)
    subject_id = models.CharField(max_length=320)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="+")
    environment = models.CharField(max_length=40, blank=True)
    is_bundle = models.BooleanField(help_text="Whether it was sent as items")
    client = models.JSONField(default=dict, help_text="What the caller says of itself: for the record, never believed")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"arq_{self.id.hex}"


class AccessTaskItem(models.Model):
    """One resource and action of a task. A view is several items of one place."""

    task = models.ForeignKey(AccessTask, on_delete=models.PROTECT, related_name="items")
    place = models.PositiveSmallIntegerField()
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=600)
    action = models.CharField(max_length=20)
    evaluation_id = models.UUIDField(help_text="The no that it answers")
    request_item = models.ForeignKey("RequestItem", on_delete=models.PROTECT, related_name="+")
    approval = models.UUIDField(unique=True, help_text="What its approval is called, once it is approved")

    class Meta:
        ordering = ["task", "place", "id"]

    def __str__(self) -> str:
        return f"{self.action} {self.resource_id} of {self.task}"
