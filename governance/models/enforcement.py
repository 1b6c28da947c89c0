"""Rights in stores: whether Charter keeps them, who readers are there, what was given, and what was found."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, TextChoices
from django.utils import timezone

from governance.models.grants import Grant
from registry.models import Actor, Connection, Consumer, Feature, User


class Place(TextChoices):
    """Which store of a connection. Its registry keeps permissions of its own, where it is Feast's."""

    OFFLINE = "offline", "Offline store"
    ONLINE = "online", "Online store"
    REGISTRY = "registry", "Registry"


class Enforcement(models.Model):
    """One store of a connection as Charter keeps rights in it: off until the connection's team switches it on. The
    login that may grant is apart from the one that measures, so that measuring can only ever read."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="enforcements", db_index=False)
    place = models.CharField(max_length=8, choices=Place.choices)
    is_on = models.BooleanField(default=False)
    login = models.CharField(max_length=63, blank=True, help_text="Who grants; empty: who measures")
    sealed = models.BinaryField(default=bytes, blank=True, help_text="Its password, encrypted")
    schemas = ArrayField(models.CharField(max_length=63), default=list, blank=True, help_text="Where it may grant")
    # What the last look at the store's rights brought.
    checked_at = models.DateTimeField(null=True, blank=True)
    checked = models.PositiveIntegerField(default=0, help_text="How many things were asked about")
    problem = models.TextField(blank=True, help_text="Why the store could not be asked")

    class Meta:
        ordering = ["connection", "place"]
        constraints = [models.UniqueConstraint(fields=["connection", "place"], name="one_enforcement_per_store")]

    def __str__(self) -> str:
        return f"{self.connection}, {self.get_place_display().lower()}"

    @property
    def owner_id(self) -> int | None:
        """The team that answers for the connection."""
        return self.connection.owner_id

    @property
    def bound_to(self) -> str:
        """What its password is sealed for."""
        return f"{self.connection.slug} {self.place} grants"


class StoreAccount(models.Model):
    """Who a reader is in a store: the role of PostgreSQL, the user of Redis, the role of Feast. One reader each, for
    what two share one grant would give to both."""

    store = models.ForeignKey(Enforcement, on_delete=models.CASCADE, related_name="accounts", db_index=False)
    name = models.CharField(max_length=63)
    consumer = models.ForeignKey(Consumer, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    named_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["store", "name"]
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="one_reader_per_account"),
            models.UniqueConstraint(
                fields=["store", "consumer"], condition=Q(consumer__isnull=False), name="one_account_per_consumer"
            ),
            models.UniqueConstraint(
                fields=["store", "user"], condition=Q(user__isnull=False), name="one_account_per_person"
            ),
            models.CheckConstraint(
                condition=Q(consumer__isnull=False, user__isnull=True) | Q(consumer__isnull=True, user__isnull=False),
                name="account_has_one_reader",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owner_id(self) -> int | None:
        return self.store.owner_id

    @property
    def subject(self) -> str:
        """Who it is: kind:name, or person:username."""
        return str(self.consumer) if self.consumer_id else f"person:{self.user.username if self.user else ''}"


class RightState(TextChoices):
    GIVING = "giving", "Being given"
    THERE = "there", "There"
    TAKING = "taking", "Being taken away"
    GONE = "gone", "Gone"


WAITING = (RightState.GIVING, RightState.TAKING)


class StoreRight(models.Model):
    """A right that Charter gives in a store. It is written down before the store is asked, so that what a worker did
    before it died is known to be ours, and taken away only where it was not there before."""

    store = models.ForeignKey(Enforcement, on_delete=models.CASCADE, related_name="rights", db_index=False)
    account = models.CharField(max_length=63)
    kind = models.CharField(max_length=8)
    path = ArrayField(models.TextField(), help_text="What is read, as connectors name it")
    said = models.CharField(max_length=500)
    state = models.CharField(max_length=6, choices=RightState.choices, default=RightState.GIVING)
    was_there = models.BooleanField(null=True, help_text="Before Charter gave it; unknown until it has looked")
    grants = models.ManyToManyField(Grant, related_name="rights", blank=True)
    problem = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="That failed in a row")
    next_try_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    given_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "account", "kind", "path"], condition=~Q(state="gone"), name="one_right_at_a_time"
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["giving", "taking"]), name="right_by_try")
        ]
        triggers = [
            pgtrigger.FSM(
                name="right_states", field="state",
                transitions=[
                    ("giving", "there"), ("giving", "taking"), ("there", "taking"), ("taking", "giving"),
                    ("taking", "gone"),
                ],
            ),
            pgtrigger.Protect(name="right_is_kept", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.account}: {self.said}"

    @property
    def owner_id(self) -> int | None:
        return self.store.owner_id


class FindingKind(TextChoices):
    EXTRA = "extra", "Can read without a grant"
    ABSENT = "absent", "Granted, but not given"
    UNKNOWN = "unknown", "Not known"
    NATURE = "nature", "Reads whatever is granted"
    OWN = "own", "Charter's own"


# What somebody has to do something about.
WRONG = (FindingKind.EXTRA, FindingKind.ABSENT)


class RightFindingQuerySet(models.QuerySet["RightFinding"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of connections and of features of one's teams; all of them for the committee, auditors and
        administrators."""
        if not isinstance(actor, User) or not actor.is_active:
            return self.none()
        if actor.sees_everything:
            return self
        mine = Q(store__connection__owner__in=actor.team_ids) | Q(feature__owner__in=actor.team_ids)
        return self.filter(mine)

    def open(self) -> Self:
        """What the last look has found."""
        return self.filter(gone_at__isnull=True)

    def with_names(self) -> Self:
        return self.select_related(
            "store__connection", "feature__view", "feature__project", "grant__consumer", "grant__user"
        )


class RightFinding(models.Model):
    """A difference between what a store lets somebody read and what was granted, from when it was first seen until it
    was not seen any more."""

    store = models.ForeignKey(Enforcement, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=7, choices=FindingKind.choices)
    account = models.CharField(max_length=63, blank=True, help_text="In the store; PUBLIC is everybody")
    feature = models.ForeignKey(Feature, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    grant = models.ForeignKey(Grant, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    how = models.CharField(max_length=500)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = RightFindingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store", "kind", "account", "feature", "grant"], condition=Q(gone_at__isnull=True),
                nulls_distinct=False, name="one_open_finding_each",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        what = self.feature.key if self.feature else f"{self.store}"
        match self.kind:
            case FindingKind.EXTRA:
                return f"{self.account} can read {what} without a grant: it {self.how}"
            case FindingKind.ABSENT:
                return f"{self.grant} lets {self.account} read {what}, but the store does not: {self.how}"
            case FindingKind.UNKNOWN:
                return f"{what}: {self.how}"
        return f"{self.account} {self.how}"
