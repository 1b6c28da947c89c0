"""Recertification: standing grants looked at again, by people who do not hold them."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from governance.models.grants import Grant
from governance.models.purposes import Purpose
from registry.choices import PERSONAL_CLASSES
from registry.models import Actor, Project, Team, User

LONGEST_REVIEW = 92  # days
NOTICE_DAYS = 7


class ReviewState(TextChoices):
    RUNNING = "running", "Running"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Called off"


class RecertificationQuerySet(models.QuerySet["Recertification"]):
    def visible_to(self, actor: Actor) -> Self:
        """All of them for the committee, auditors and administrators; for others those about features of their
        teams."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        return self.filter(Exists(RecertificationItem.objects.filter(review=OuterRef("pk"), owner__in=actor.team_ids)))

    def running(self) -> Self:
        return self.filter(state=ReviewState.RUNNING)


class Recertification(models.Model):
    """Everybody who answers for a set of standing grants says of each whether it is still needed. Which grants these
    are, and how each was used, is what was so when it started. It ends when all are answered, or on its day."""

    title = models.CharField(max_length=120)
    note = models.TextField(blank=True, help_text="What reviewers should look at")
    # What was asked for. Empty: no limit.
    classes = ArrayField(
        models.CharField(max_length=20, choices=[(one.value, one.label) for one in PERSONAL_CLASSES]),
        default=list, blank=True,
    )  # fmt: skip
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.ForeignKey(Purpose, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unused_days = models.PositiveSmallIntegerField(null=True, blank=True)
    owners_decide = models.BooleanField(
        default=True, help_text="Owners of the features decide as well as the committee; else the committee alone"
    )
    quarter = models.CharField(
        max_length=7, blank=True, default="", db_default="",
        help_text="Such as 2026 Q4: started by itself then, and once only",
    )  # fmt: skip
    state = models.CharField(max_length=9, choices=ReviewState.choices, default=ReviewState.RUNNING)
    started_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    told = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, help_text="Percent of the time, of which was told"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was called off")

    objects = RecertificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["quarter"], condition=~Q(quarter=""), name="one_review_of_a_quarter"),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="review_takes_time"),
            models.CheckConstraint(
                condition=Q(state="running") | Q(ended_at__isnull=False), name="ended_review_says_when"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="running"), name="review_by_due")]
        triggers = [
            pgtrigger.FSM(
                name="review_states", field="state", transitions=[("running", "completed"), ("running", "cancelled")]
            ),
            pgtrigger.Protect(name="review_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:review", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"RC-{self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == ReviewState.RUNNING


class Answer(TextChoices):
    OPEN = "open", "Not answered"
    KEEP = "keep", "Kept"
    REVOKE = "revoke", "Revoked"
    OVER = "over", "Ended meanwhile"


class RecertificationItemQuerySet(models.QuerySet["RecertificationItem"]):
    def visible_to(self, actor: Actor) -> Self:
        """All of them for the committee, auditors and administrators; for others those about features of their
        teams."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        return self if actor.sees_everything else self.filter(owner__in=actor.team_ids)

    def open(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(answer=Answer.OPEN)

    def with_names(self) -> Self:
        """With everything that a line about them names."""
        return self.select_related(
            "owner", "decided_by", "grant__consumer", "grant__user", "grant__team", "grant__purpose",
            "grant__version__feature", "grant__item__request__requester",
        )  # fmt: skip


class RecertificationItem(models.Model):
    """One grant in a review: how it was used when the review started, what is suggested, and what was answered."""

    review = models.ForeignKey(Recertification, on_delete=models.PROTECT, related_name="items", db_index=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="reviews")
    owner = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The team that answered for the feature when it started",
    )  # fmt: skip
    # As it was when it started. Unknown where nobody reports what the reader reads.
    days_read = models.CharField(
        max_length=90, blank=True, help_text="A digit a day, oldest first: 0 none, up to 3 many; empty: unknown"
    )
    reads = models.BigIntegerField(null=True, blank=True)
    last_read_on = models.DateField(null=True, blank=True)
    suggested = models.CharField(max_length=6, choices=Answer.choices, blank=True, help_text="Empty: nothing")
    why_suggested = models.CharField(max_length=300, blank=True)
    is_unused = models.BooleanField(default=False)
    risk = models.PositiveSmallIntegerField(default=0, help_text="The higher the sooner it is looked at")

    answer = models.CharField(max_length=6, choices=Answer.choices, default=Answer.OPEN)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: nobody has answered"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    is_urgent = models.BooleanField(default=False, help_text="Revoked at once, without notice")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When its holder was told")
    revoke_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = RecertificationItemQuerySet.as_manager()

    class Meta:
        ordering = ["-risk", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "grant"], name="one_item_per_grant"),
            models.CheckConstraint(
                condition=Q(answer="open") | Q(decided_at__isnull=False), name="answered_item_says_when"
            ),
        ]
        indexes = [
            models.Index(fields=["review", "answer", "-risk", "id"], name="review_item_by_risk"),
            models.Index(fields=["owner", "answer"], name="review_item_by_owner"),
            models.Index(
                fields=["revoke_at"],
                condition=Q(answer="revoke", revoked_at__isnull=True),
                name="review_item_to_revoke",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="review_item_answers", field="answer",
                transitions=[
                    ("open", "keep"), ("open", "revoke"), ("open", "over"), ("keep", "revoke"), ("revoke", "keep"),
                    ("keep", "over"), ("revoke", "over"),
                ],
            ),
            pgtrigger.Protect(name="review_item_is_kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"GR-{self.grant_id} in RC-{self.review_id}"

    @property
    def project_id(self) -> int:
        return self.grant.version.project_id

    @property
    def said_of_use(self) -> str:
        """How its reader used it, in words; unknown is said as unknown."""
        if self.reads is None:
            return "use unknown"
        if self.last_read_on is None:
            return "not read in 90 days"
        days = sum(digit != "0" for digit in self.days_read)
        return f"{self.reads:,} reads on {days} days, last {self.last_read_on:%-d %b}"

    @property
    def is_by_silence(self) -> bool:
        """Whether nobody answered, so that the policy did."""
        return self.decided_at is not None and self.decided_by_id is None and self.answer != Answer.OVER
