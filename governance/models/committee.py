"""The committee: the people who decide about personal data, for how long, and whom each may not decide about."""

from datetime import date
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, TextChoices

from governance.models.policies import MOST_VOTES
from registry.history import kept_history
from registry.models import Actor, Team, User


@kept_history()
class Committee(models.Model):
    """The one committee, as it describes itself. Who is on it is `Seat`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    charge = models.TextField(blank=True, help_text="What it decides and how, in its own words")
    quorum = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_VOTES)],
        help_text="No decision of the committee has fewer votes, whatever a policy says",
    )  # fmt: skip
    days_to_decide = models.PositiveSmallIntegerField(
        default=2, validators=[MinValueValidator(1), MaxValueValidator(30)], help_text="Working days"
    )
    days_unanswered = models.PositiveSmallIntegerField(
        default=14, validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="Working days after which a request that nobody has decided ends",
    )  # fmt: skip
    reviews_quarterly = models.BooleanField(
        default=False, db_default=False, help_text="A review of all standing grants starts with each quarter"
    )
    days_to_review = models.PositiveSmallIntegerField(
        default=28, db_default=28, validators=[MinValueValidator(7), MaxValueValidator(60)],
        help_text="Days that such a review takes",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_committee")]

    def __str__(self) -> str:
        return "the committee"


@kept_history()
class Seat(models.Model):
    """A person's place on the committee. The role gives the right to vote; a seat ends it with its term, and names who
    stands in. Both are asked anew at each vote: who lost the role, or whose term is over, votes no more."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="seat")
    starts_on = models.DateField(default=date.today)
    ends_on = models.DateField(null=True, blank=True, help_text="Last day of the term; empty: until further notice")
    is_officer = models.BooleanField(default=False, help_text="The data protection officer")
    delegate = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="stands_in_for",
        help_text="Who votes in their place for a while",
    )  # fmt: skip
    delegate_from = models.DateField(null=True, blank=True)
    delegate_until = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="term_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True, delegate_from__isnull=True, delegate_until__isnull=True)
                | Q(delegate__isnull=False, delegate_from__isnull=False, delegate_until__gte=F("delegate_from")),
                name="delegation_has_an_end",
            ),
            models.CheckConstraint(condition=~Q(delegate=F("user")), name="nobody_stands_in_for_themselves"),
        ]

    def __str__(self) -> str:
        return f"seat of {self.user}"


class ConflictKind(TextChoices):
    REPORTS_TO = "reports-to", "Reports to"
    DECLARED = "declared", "Declared"


class ConflictQuerySet(models.QuerySet["Conflict"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own; all of them for the committee, auditors and administrators."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        return self if actor.sees_everything else self.filter(user=actor)


@kept_history()
class Conflict(models.Model):
    """Somebody cannot decide about a person or a team: one reports to the other, or an interest was declared."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField(max_length=10, choices=ConflictKind.choices, default=ConflictKind.DECLARED)
    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["user__username", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True) | Q(person__isnull=True, team__isnull=False),
                name="conflict_with_one",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reports-to") | Q(person__isnull=False), name="one_reports_to_a_person"
            ),
            models.UniqueConstraint(
                fields=["user", "kind", "person", "team"], name="one_conflict_each", nulls_distinct=False
            ),
            models.CheckConstraint(condition=~Q(person=F("user")), name="no_conflict_with_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_kind_display().lower()} {self.person or self.team}"
