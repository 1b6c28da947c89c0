"""Offers of ownership: who gives something away asks the team that shall answer for it."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from registry.choices import OfferState
from registry.history import kept_history
from registry.models.feature_views import FeatureView
from registry.models.features import Feature
from registry.models.people import Team, User
from registry.models.projects import Actor


class OwnerOfferQuerySet(models.QuerySet["OwnerOffer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those to the actor's teams and those from them; administrators and auditors see all."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        return self.filter(Q(team__in=actor.team_ids) | Q(giver__in=actor.team_ids))

    def open(self) -> Self:
        return self.filter(state=OfferState.OPEN)


@kept_history()
class OwnerOffer(models.Model):
    """A feature, or a view with its features, that `giver` wants `team` to answer for."""

    feature = models.ForeignKey(Feature, null=True, blank=True, on_delete=models.CASCADE, related_name="offers")
    view = models.ForeignKey(FeatureView, null=True, blank=True, on_delete=models.CASCADE, related_name="offers")
    giver = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="offers_made")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="offers_got")
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    offered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    objects = OwnerOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(feature__isnull=False, view__isnull=True) | Q(feature__isnull=True, view__isnull=False),
                name="offer_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["feature", "view"], condition=Q(state=OfferState.OPEN), name="one_open_offer",
                nulls_distinct=False,
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.FSM(
                name="offer_states", field="state",
                transitions=[("open", "accepted"), ("open", "declined"), ("open", "withdrawn")],
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.thing.key} for {self.team}"

    def get_absolute_url(self) -> str:
        return f"{reverse('registry:team', args=[self.team.slug])}#offers"

    @property
    def thing(self) -> Feature | FeatureView:
        held = self.feature or self.view
        assert held is not None  # noqa: S101  the constraint says so
        return held

    @property
    def project_id(self) -> int:
        return self.thing.project_id

    @property
    def owner_id(self) -> int | None:
        """The team that gives it away, and may take the offer back."""
        return self.giver_id
