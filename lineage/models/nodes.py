"""Nodes of the graph: datasets and jobs that events name, feature views and consumers that the registry holds."""

from typing import Self
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left, Reverse, Right
from django.urls import reverse

from registry.models import Actor, Consumer, FeatureView, Source, User


class NodeKind(models.TextChoices):
    DATASET = "dataset", "Dataset"
    JOB = "job", "Job"
    VIEW = "view", "Feature view"
    CONSUMER = "consumer", "Consumer"


class NodeQuerySet(models.QuerySet["Node"]):
    def visible_to(self, actor: Actor) -> Self:
        """Nodes that the registry does not know, and those whose view or consumer the actor sees."""
        if not actor.is_authenticated:
            return self.none()
        seen_view = Q(view__isnull=True) | Q(view__in=FeatureView.objects.visible_to(actor))
        return self.filter(seen_view, Q(consumer__isnull=True) | Q(consumer__in=Consumer.objects.visible_to(actor)))

    def canonical(self) -> Self:
        """One node for each thing: without the other names it has."""
        return self.filter(same_as=models.F("id"))


class Node(models.Model):
    """Something that data passes through. Its id is a digest of what it is called, so that any order of events makes
    the same rows. A thing with several names has several nodes; `same_as` is the one that stands for all of them."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8, choices=NodeKind.choices)
    namespace = models.TextField()
    name = models.TextField()
    same_as = models.ForeignKey("self", on_delete=models.DO_NOTHING, db_constraint=False, related_name="others")
    spellings = ArrayField(
        models.TextField(), default=list, help_text="namespace, a line feed, name; as producers write"
    )
    facets = models.JSONField(default=dict, help_text="{name: {at, digest, whole, body}}; the newest of each")
    picture = models.JSONField(
        null=True, help_text="Of the newest event that states the whole: {at, digest, inputs, outputs}"
    )
    first_seen_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    view = models.ForeignKey(FeatureView, null=True, on_delete=models.SET_NULL, related_name="nodes")
    consumer = models.ForeignKey(Consumer, null=True, on_delete=models.SET_NULL, related_name="nodes")
    source = models.ForeignKey(Source, null=True, on_delete=models.SET_NULL, related_name="nodes")

    objects = NodeQuerySet.as_manager()

    class Meta:
        ordering = ["namespace", "name"]
        indexes = [
            models.Index(Left("name", 200), name="node_by_name"),
            # For tables that people name without their database, and files without their folder.
            models.Index(OpClass(Reverse(Right("name", 200)), name="text_pattern_ops"), name="node_by_end_of_name"),
        ]

    def __str__(self) -> str:
        return f"{self.namespace} {self.name}"

    def get_absolute_url(self) -> str:
        return f"{reverse('lineage:explorer')}?node={self.pk}"

    @property
    def page_url(self) -> str:
        """What it is called, its columns or runs, and who is hit by it."""
        return reverse("lineage:node", args=[self.pk])

    def impact_url(self, column: str = "") -> str:
        """Where its page says who is hit, by the whole or by one column."""
        query = f"?{urlencode({'column': column})}" if column else ""
        return f"{self.page_url}{query}#impact"

    @property
    def reference(self) -> str:
        """Its nodeId, as other tools write it too."""
        return f"{self.kind}:{self.namespace}:{self.name}"


class AliasOrigin(models.TextChoices):
    SYMLINK = "symlink", "A producer says so"
    REGISTRY = "registry", "The registry says so"
    PERSON = "person", "Somebody said so"


class Alias(models.Model):
    """Two names of one thing."""

    left = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=8, choices=AliasOrigin.choices)
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    is_preferred = models.BooleanField(default=False, help_text="The right one is what people call it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["left", "right", "origin"], name="one_alias_per_origin")]

    def __str__(self) -> str:
        return f"{self.left_id} is {self.right_id}"
