"""Access requests: who asks for which features, for what, and how each of them was answered."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from governance.models.policies import LONGEST_GRANT, Policy, Setting
from governance.models.purposes import Purpose
from registry.choices import PrivacyClass
from registry.models import Actor, Consumer, Team, User, Version

MOST_ITEMS = 30


class RequestState(TextChoices):
    DRAFT = "draft", "Draft"
    REVIEW = "in-review", "In review"
    CHANGES = "changes-asked", "Changes asked"
    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNANSWERED = "unanswered", "Ended without an answer"


OPEN = (RequestState.REVIEW, RequestState.CHANGES)
# What was asked. It is frozen while others decide about it, and afterwards.
PAYLOAD = (
    "requester_id", "consumer_id", "team_id", "purpose_id", "why", "setting", "environment", "days", "renews_id",
    "is_emergency", "incident",
)  # fmt: skip
_PAYLOAD_CHANGED = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in PAYLOAD)


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, those for what one's teams run, and those for features of one's teams; drafts only one's own. The
        committee, auditors and administrators see all that were sent."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        sent = ~Q(state=RequestState.DRAFT)
        if actor.sees_everything:
            return self.filter(sent | Q(requester=actor))
        theirs = RequestItem.objects.filter(request=OuterRef("pk"), owner__in=actor.team_ids)
        return self.filter(Q(requester=actor) | sent & (Q(team__in=actor.team_ids) | Exists(theirs)))

    def sent(self) -> Self:
        """All but baskets."""
        return self.exclude(state=RequestState.DRAFT)

    def open(self) -> Self:
        """Those that somebody still has to answer."""
        return self.filter(state__in=OPEN)

    def with_people(self) -> Self:
        """With everything that a line about them names."""
        return self.select_related("requester", "consumer", "team", "purpose")


class AccessRequest(models.Model):
    """Somebody asks to read features, for themselves or for a model, service, dashboard or job of theirs, for one
    purpose. A draft is a basket. What was sent is frozen: changes are asked for, and make the next round."""

    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="access_requests")
    consumer = models.ForeignKey(
        Consumer, null=True, blank=True, on_delete=models.PROTECT, related_name="access_requests",
        help_text="Who will read; empty: the requester",
    )  # fmt: skip
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Of the consumer, as sent"
    )
    purpose = models.ForeignKey(Purpose, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    why = models.TextField(blank=True)
    setting = models.CharField(max_length=8, choices=Setting.choices, default=Setting.OFFLINE)
    environment = models.CharField(max_length=40, blank=True)
    days = models.PositiveIntegerField(default=90)
    state = models.CharField(max_length=13, choices=RequestState.choices, default=RequestState.DRAFT)
    round = models.PositiveIntegerField(default=1, help_text="Grows when it is sent again after changes were asked")
    renews = models.ForeignKey(
        "Grant", null=True, blank=True, on_delete=models.PROTECT, related_name="renewals", db_index=False
    )
    is_emergency = models.BooleanField(default=False)
    incident = models.CharField(max_length=120, blank=True, help_text="Of break-glass access")
    due_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="The clock stands while changes are asked")
    told_chair_at = models.DateTimeField(null=True, blank=True)
    evidence = models.JSONField(default=dict, blank=True, help_text="What reviewers were shown when it was decided")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True, help_text="Of break-glass access, afterwards")
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review = models.TextField(blank=True)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["requester"], condition=Q(state="draft"), name="one_basket_per_person"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(purpose__isnull=False, sent_at__isnull=False, due_at__isnull=False),
                name="sent_request_is_whole",
            ),
            models.CheckConstraint(condition=Q(days__gt=0, days__lte=LONGEST_GRANT), name="request_asks_for_days"),
            models.CheckConstraint(condition=Q(is_emergency=False) | ~Q(incident=""), name="emergency_names_incident"),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="request_by_due"),
            models.Index(fields=["team", "-id"], name="request_by_team"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="request_states", field="state",
                transitions=[
                    ("draft", "in-review"), ("draft", "approved"),
                    ("in-review", "changes-asked"), ("in-review", "approved"), ("in-review", "denied"),
                    ("in-review", "withdrawn"), ("in-review", "unanswered"),
                    ("changes-asked", "in-review"), ("changes-asked", "approved"), ("changes-asked", "withdrawn"),
                    ("changes-asked", "unanswered"), ("approved", "in-review"), ("denied", "in-review"),
                ],
            ),
            pgtrigger.Protect(
                name="sent_request_is_frozen", operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.state NOT IN ('draft', 'changes-asked') AND ({_PAYLOAD_CHANGED})"
                ),
            ),
            pgtrigger.Protect(
                name="sent_request_is_kept", operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.state <> 'draft'"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:request", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"AR-{self.pk}"

    @property
    def subject(self) -> str:
        """Who will read: kind:name, or person:username."""
        return str(self.consumer) if self.consumer_id else f"person:{self.requester.username}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < timezone.now()


class Outcome(TextChoices):
    DRAFT = "draft", "Not sent"
    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    DENIED = "denied", "Denied"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNANSWERED = "unanswered", "Ended without an answer"


class RequestItem(models.Model):
    """One version that a request asks for, with the policy that says who decides about it."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="items", db_index=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="access_items", db_index=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DRAFT)
    # As they were when it was sent.
    subject = models.CharField(max_length=320, blank=True, help_text="kind:number of who will read")
    purpose = models.ForeignKey(Purpose, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    setting = models.CharField(max_length=8, choices=Setting.choices, blank=True)
    privacy_class = models.CharField(max_length=20, choices=PrivacyClass.choices, blank=True)
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="items")
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_skipped = models.CharField(
        max_length=200, blank=True, help_text="Why no owner decides; one more of the committee does instead"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "version"], name="one_item_per_version"),
            models.UniqueConstraint(
                fields=["version", "subject", "purpose", "setting"], condition=Q(outcome="pending"),
                name="one_open_request_each",
            ),
            models.CheckConstraint(
                condition=Q(outcome="draft") | Q(policy__isnull=False) & ~Q(subject="") & ~Q(setting=""),
                name="sent_item_is_whole",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["owner", "outcome"], name="item_by_owner")]

    def __str__(self) -> str:
        return f"{self.version} in {self.request}"

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.PENDING


class Slot(TextChoices):
    OWNER = "owner", "Owner"
    COMMITTEE = "committee", "Committee"
    AUTOMATIC = "automatic", "By policy"
    EMERGENCY = "emergency", "Break-glass"


class Verdict(TextChoices):
    APPROVE = "approve", "Approved"
    DENY = "deny", "Denied"
    CHANGES = "changes", "Asked for changes"
    RECUSE = "recuse", "Stood aside"


class Decision(models.Model):
    """What one person said about a request in one round: a vote, with the slot that it fills. Never changed; taking it
    back within a while is written beside it."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    round = models.PositiveIntegerField()
    voter = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    slot = models.CharField(max_length=9, choices=Slot.choices)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="For which owner"
    )
    on_behalf_of = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Whose delegate voted"
    )
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    approved = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="Items")
    denied = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="Items")
    days = models.PositiveIntegerField(null=True, blank=True, help_text="At most; empty: as asked")
    setting = models.CharField(max_length=8, choices=Setting.choices, blank=True, help_text="At most; empty: as asked")
    conditions = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    reason = models.TextField(blank=True)
    recommended = models.CharField(max_length=7, choices=Verdict.choices, blank=True, help_text="What was suggested")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "round", "voter"], condition=Q(undone_at__isnull=True), name="one_vote_each"
            ),
            models.CheckConstraint(
                condition=Q(voter__isnull=False) | Q(slot__in=["automatic"]), name="somebody_has_decided"
            ),
        ]
        indexes = [models.Index(fields=["voter", "-id"], name="decision_by_voter")]
        triggers = [
            pgtrigger.Protect(name="decision_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decision_is_immutable", operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.undone_at IS NOT NULL OR "
                    "to_jsonb(OLD.*) - 'undone_at' IS DISTINCT FROM to_jsonb(NEW.*) - 'undone_at'"
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.voter or 'the policy'} on {self.request}: {self.verdict}"


class Comment(models.Model):
    """A question or an answer beside a request. Whoever sees the request reads it."""

    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.author} on {self.request}"
