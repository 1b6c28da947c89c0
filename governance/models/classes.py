"""Suggestions of classes: what flows into a feature says that it is more, or less, personal than its class."""

from collections.abc import Iterable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Max, Q, TextChoices, When
from django.db.models import Value as V
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from lineage.models import ClaimKind, KnownClass, Sure
from registry import roles
from registry.models import Actor, Feature, User

# The team that answers for the feature.
_OWNER = Coalesce("feature__owner", "feature__view__owner", "feature__project__owner")

# What is only possible, since a whole table, job or run is tagged, is one question about a view: one fold.
_TAGGED = Concat(
    KeyTextTransform("node", KeyTransform(0, "path")), V(" "), "kind", V(" "), "said", V(" "),
    Cast("feature__view", models.TextField()), output_field=models.TextField(),
)  # fmt: skip
VALUES, NAME, DESCRIBED = "values", "name", "described"
GUESSED = (VALUES, NAME, DESCRIBED)
SPEAKS = [
    *ClaimKind.choices, (VALUES, "Sampled values"), (NAME, "Name of the feature"),
    (DESCRIBED, "Description of the feature"),
]  # fmt: skip
_IS_TAGGED = Q(sure=Sure.POSSIBLE) & ~Q(kind__in=GUESSED)
_FOLD = Case(When(_IS_TAGGED, then=_TAGGED), default=Cast("pk", models.TextField()))


class SuggestionState(TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    GONE = "gone", "No longer so"


class ClassSuggestionQuerySet(models.QuerySet["ClassSuggestion"]):
    def visible_to(self, actor: Actor) -> Self:
        """Suggestions about features that the actor sees."""
        return self.filter(feature__in=Feature.objects.visible_to(actor))

    def open(self) -> Self:
        """Those that wait for somebody."""
        return self.filter(state=SuggestionState.OPEN)

    def waiting_for(self, actor: Actor) -> Self:
        """Open ones that are the actor's to decide: of the own teams' features, or the committee's."""
        if not isinstance(actor, User):
            return self.none()
        mine = Q(is_lowering=False, team__in=actor.team_ids)
        if actor.role_names & {roles.COMMITTEE, roles.CHAIR}:
            mine |= Q(team=None) | Q(is_lowering=True) & ~Q(team__in=actor.team_ids)
        return self.open().alias(team=_OWNER).filter(mine)

    def folds_of(self, ids: Iterable[int]) -> dict[int, str]:
        """The fold that each of these is in, by id."""
        return dict(self.annotate(fold=_FOLD).filter(pk__in=ids).order_by().values_list("pk", "fold"))

    def sizes_of(self, folds: Iterable[str]) -> dict[str, int]:
        """How many are in each of these folds."""
        counted = self.annotate(fold=_FOLD).filter(fold__in=folds).order_by().values("fold").annotate(size=Count("pk"))
        return dict(counted.values_list("fold", "size"))

    def in_fold(self, fold: str) -> Self:
        return self.filter(pk__in=self.alias(fold=_FOLD).filter(fold=fold).order_by().values("pk"))

    def folded(self) -> Self:
        """The newest of each fold."""
        heads = self.annotate(fold=_FOLD).order_by().values("fold").annotate(head=Max("pk"))
        return self.filter(pk__in=heads.values("head"))

    def with_feature(self) -> Self:
        """With everything that a line about them names."""
        return self.select_related(
            "feature__project__owner", "feature__view__owner", "feature__owner", "said_feature", "decided_by"
        )


class ClassSuggestion(KnownClass):
    """A feature should have another class than it has, because of what it is made of, is called, or holds.

    Made, kept up to date and taken back by what lineage, pulls and names tell; accepted or declined by a person, and
    then it stays as it is. One that was declined does not come back while its claim and its path, or the word or kind
    of values that spoke for it, are the same.
    """

    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="class_suggestions")
    kind = models.CharField(max_length=11, choices=SPEAKS)
    mark = models.CharField(max_length=32, help_text="Names claim and path: what was declined is known by it")
    confidence = models.FloatField(null=True, help_text="Of a guess, from 0 to 1; empty where somebody claims it")
    evidence = ArrayField(models.TextField(), default=list, help_text="Sentences of guesses, without any value")
    also = ArrayField(models.CharField(max_length=32), default=list, help_text="Marks of guesses that agree or add")
    is_lowering = models.BooleanField(help_text="Accepting it would lower the class: the committee's to say")
    is_against = models.BooleanField(help_text="Somebody has set less than what flows into the feature")
    state = models.CharField(max_length=8, choices=SuggestionState.choices, default=SuggestionState.OPEN)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClassSuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["feature"], condition=Q(state=SuggestionState.OPEN), name="one_open_suggestion_of_a_feature"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SuggestionState.ACCEPTED, SuggestionState.DECLINED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="suggestion_by_state")]

    def __str__(self) -> str:
        return self.public_id

    def get_absolute_url(self) -> str:
        return reverse("governance:class-suggestion", args=[self.public_id])

    @property
    def public_id(self) -> str:
        return f"CS-{self.pk}"

    @property
    def project_id(self) -> int:
        return self.feature.project_id

    @property
    def owner_id(self) -> int | None:
        """The team that answers for the feature."""
        return self.feature.owner_id or self.feature.view.owner_id or self.feature.project.owner_id

    @property
    def is_guessed(self) -> bool:
        """Whether nobody claims it: values, name or description say so."""
        return self.kind in GUESSED

    @property
    def waits_for(self) -> str:
        """Who decides it: the owner, or the committee where there is none or the class would be lowered."""
        return "committee" if self.is_lowering or self.owner_id is None else "owner"
