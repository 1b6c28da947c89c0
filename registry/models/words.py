"""What search knows beside the features themselves: vocabulary, synonyms and counted facets."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from registry.choices import VersionState
from registry.models.people import Team, User
from registry.models.projects import Actor, Project


class Word(models.Model):
    """A word of feature names, for correcting typos. Each once, so that looking for similar ones stays fast."""

    word = models.CharField(max_length=80, unique=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], name="word_trigrams", opclasses=["gin_trgm_ops"])]

    def __str__(self) -> str:
        return self.word


class WordUse(models.Model):
    """How many features of a project have the word in their name. Only these make a word known to those who see it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    word = models.ForeignKey(Word, on_delete=models.CASCADE, related_name="uses")
    features = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "project"], name="one_use_per_word")]

    def __str__(self) -> str:
        return f"{self.word} in {self.project}"


class Synonym(models.Model):
    """Two words that mean the same when people search: txn and transaction."""

    word = models.CharField(max_length=80, unique=True)
    means = models.CharField(max_length=80)

    class Meta:
        ordering = ["word"]

    def __str__(self) -> str:
        return f"{self.word} = {self.means}"


class FacetCountQuerySet(models.QuerySet["FacetCount"]):
    def visible_to(self, actor: Actor) -> Self:
        """Counts of features that the actor sees: the same rule as for the features themselves."""
        seen = self.filter(project__in=Project.objects.visible_to(actor))
        if not isinstance(actor, User) or actor.sees_everything:
            return seen
        return seen.filter(~Q(state=VersionState.DRAFT) | Q(owner__in=actor.team_ids))


class FacetCount(models.Model):
    """How many features share one combination of facets in a project: the unfiltered page adds these up."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12)
    health = models.CharField(max_length=8)
    privacy_class = models.CharField(max_length=20, blank=True)
    looks_personal = models.BooleanField()
    entity_names = ArrayField(models.CharField(max_length=200), default=list)
    owner = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    store = models.CharField(max_length=80, blank=True)
    is_online = models.BooleanField()
    features = models.PositiveIntegerField()

    objects = FacetCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.features} in {self.project}"


class FacetTotal(models.Model):
    """How many features of a project have one value of one facet: all that a page needs before anything is chosen.

    Drafts have rows of their own, since only their team may count them; retired features count in `status` alone.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    facet = models.CharField(max_length=8)
    value = models.CharField(max_length=520, blank=True)
    drafted_by = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    features = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "facet", "value", "drafted_by"], name="one_total_per_value", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.facet}:{self.value} in {self.project}"
