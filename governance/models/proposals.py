"""Proposed changes of policies: what one member of the committee wants, and others have read."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q, TextChoices
from django.urls import reverse
from django.utils import timezone

from governance.models.policies import Policy, Setting
from registry.choices import PERSONAL_CLASSES
from registry.models import Actor, User


class ProposalState(TextChoices):
    OPEN = "open", "Waits for a second reader"
    TAKEN = "taken", "Took effect"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PolicyProposalQuerySet(models.QuerySet["PolicyProposal"]):
    def visible_to(self, actor: Actor) -> Self:
        """For the committee, auditors and administrators: what is only proposed is no policy yet."""
        sees = isinstance(actor, User) and actor.sees_everything
        return self if sees else self.none()

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(state=ProposalState.OPEN)

    def with_people(self) -> Self:
        """With everything that a page about them names."""
        return self.select_related("proposed_by", "decided_by", "former", "made")


class PolicyProposal(models.Model):
    """The next version of a policy, or its end, as one member of the committee proposes it. It takes effect when as
    many members have read it as the committee's quorum says, two at least. What it says never changes: who wants
    something else withdraws it and proposes that.
    """

    privacy_class = models.CharField(max_length=20, choices=[(one.value, one.label) for one in PERSONAL_CLASSES])
    setting = models.CharField(max_length=8, choices=Setting.choices, blank=True, help_text="Empty: every setting")
    environment = models.CharField(max_length=40, blank=True, help_text="Empty: every environment")
    former = models.ForeignKey(
        Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        help_text="The version that decided when it was proposed",
    )  # fmt: skip
    is_end = models.BooleanField(default=False, help_text="The policy is taken away")
    terms = models.JSONField(default=dict, help_text="What the next version says, whole")
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=ProposalState.choices, default=ProposalState.OPEN)
    is_alone = models.BooleanField(default=False, help_text="It took effect unread: nobody else was on the committee")
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    why = models.TextField(blank=True, help_text="Why it was rejected or withdrawn")
    made = models.OneToOneField(
        Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal",
        help_text="The version that it became",
    )  # fmt: skip

    objects = PolicyProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["privacy_class", "setting", "environment"], condition=Q(state="open"), name="one_open_proposal"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="proposal_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["taken", "rejected"]) | Q(is_alone=True) | ~Q(decided_by=F("proposed_by")),
                name="four_eyes_on_a_policy",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="proposal_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="proposal_says_the_same",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'open' OR (OLD.terms, OLD.is_end, OLD.privacy_class, OLD.setting, OLD.environment, "
                    "OLD.former_id, OLD.proposed_by_id, OLD.reason) IS DISTINCT FROM (NEW.terms, NEW.is_end, "
                    "NEW.privacy_class, NEW.setting, NEW.environment, NEW.former_id, NEW.proposed_by_id, NEW.reason)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:policy-proposal", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"PP-{self.pk}"

    @property
    def name(self) -> str:
        """Of the policy: class, setting, environment."""
        return ".".join(self.place_parts)

    @property
    def place_parts(self) -> list[str]:
        return [part for part in (self.privacy_class, self.setting, self.environment) if part]

    @property
    def place(self) -> dict[str, str]:
        """What the policy is about, for actions."""
        return {"privacy_class": self.privacy_class, "setting": self.setting, "environment": self.environment}


class PolicyVote(models.Model):
    """A member of the committee has read a proposal of somebody else, and agrees."""

    proposal = models.ForeignKey(PolicyProposal, on_delete=models.PROTECT, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["proposal", "voter"], name="one_vote_on_a_proposal")]
        triggers = [pgtrigger.Protect(name="vote_on_a_proposal_is_kept", operation=pgtrigger.Delete | pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.voter} agrees to {self.proposal}"
