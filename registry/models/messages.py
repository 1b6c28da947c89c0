"""The outbox: what happened, who must hear of it, and whether they were told."""

import uuid
from datetime import timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from registry.choices import OF_INCIDENTS, Cadence, Channel, DeliveryState, HookKind
from registry.history import kept_history
from registry.models.features import Feature
from registry.models.people import Team, User
from registry.models.projects import Actor
from registry.outbox.events import ASKED_FOR

# After a change of its key a webhook is signed with both for so long.
BOTH_KEYS_FOR = timedelta(hours=24)


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the actor's teams; administrators see all."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        return self if actor.is_admin else self.filter(team__in=actor.team_ids)

    def wanting(self, event: str) -> Self:
        """Those that work and want to hear of such an event."""
        known = Q() if event.startswith("incident.") or event in ASKED_FOR else ~Q(kind__in=OF_INCIDENTS)
        return self.filter(known, Q(events=[]) | Q(events__contains=[event]), disabled_at__isnull=True)


@kept_history(exclude=["sealed"])
class Webhook(models.Model):
    """An address that is told what happens. Its address and its key are secrets: sealed, and never shown again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=HookKind.choices)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="webhooks",
        help_text="Told what concerns it; without a team it is told what concerns everybody",
    )  # fmt: skip
    host = models.CharField(max_length=255, help_text="Of its address, for people")
    sealed = models.BinaryField(help_text="Address and keys")
    events = ArrayField(models.CharField(max_length=60), default=list, blank=True, help_text="Empty: all of them")
    both_until = models.DateTimeField(null=True, blank=True, help_text="Signed with the former key too until then")
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_because = models.CharField(max_length=400, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("registry:webhook", args=[self.pk])

    @property
    def owner_id(self) -> int | None:
        return self.team_id

    @property
    def bound_to(self) -> str:
        """What its secrets are sealed for."""
        return f"webhook:{self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those told to the actor's teams, and those for everybody about a feature that the actor sees. Administrators
        see all, as they see all webhooks."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.is_admin:
            return self
        told = Message.teams.through.objects.filter(message=OuterRef("pk"), team__in=actor.team_ids)
        public = Q(is_for_everybody=True, feature__in=Feature.objects.visible_to(actor))
        return self.filter(Exists(told) | public)


class Message(models.Model):
    """Something that happened and that somebody must hear. Written together with what it tells of: neither is there
    without the other. Nothing forgets it by itself."""

    key = models.CharField(max_length=300, unique=True, help_text="What makes it one: the same is never told twice")
    event = models.CharField(max_length=60, help_text="Such as feature.deprecated")
    title = models.CharField(max_length=300)
    letter = models.JSONField(help_text="{paragraphs, facts: [[name, value]], code, links: [[label, url]], why}")
    data = models.JSONField(default=dict, help_text="For programs: what it is about")
    created_at = models.DateTimeField(default=timezone.now)
    # Whom it concerns: what a program may read that asks instead of being called.
    teams: models.ManyToManyField = models.ManyToManyField(Team, related_name="+")
    is_for_everybody = models.BooleanField(default=False, db_default=False)
    feature = models.ForeignKey(Feature, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    place = models.BigIntegerField(
        null=True, unique=True, help_text="In the order in which events are read; empty until a worker gives it one"
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="message_by_age")]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        """The same in each delivery, so that whoever gets it twice can tell."""
        return f"msg_{self.pk}"


class Delivery(models.Model):
    """One message to one address."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=320, blank=True, help_text="Of a mail")
    webhook = models.ForeignKey(Webhook, null=True, blank=True, on_delete=models.CASCADE, related_name="deliveries")
    is_digest = models.BooleanField(default=False, help_text="Goes into one mail with others that are due")
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveIntegerField(null=True, blank=True, help_text="What a webhook answered")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["message", "channel", "address", "webhook"], name="told_once", nulls_distinct=False
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=DeliveryState.WAITING), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.address or self.webhook}"


class NoticeChoice(models.Model):
    """How somebody wants to be told: how soon, and not at night."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_choice")
    cadences = models.JSONField(default=dict, help_text="{event: now, daily, weekly or off}; others as usual")
    time_zone = models.CharField(max_length=60, default="UTC")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"How {self.user} is told"

    def cadence(self, event: str, usual: Cadence) -> Cadence:
        return Cadence(self.cadences.get(event, usual))
