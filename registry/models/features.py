"""Features: one named column of a view, and what is known about it now."""

from collections.abc import Sequence
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse

from registry.choices import PERSONAL_CLASSES, Health, PrivacyClass, VersionState
from registry.history import kept_history
from registry.models.feature_views import FeatureView
from registry.models.people import Team, User
from registry.models.projects import Actor, Project

# Of a personal class, or unclassified and looking like it.
PERSONAL = Q(privacy_class__in=PERSONAL_CLASSES) | Q(privacy_class=PrivacyClass.UNCLASSIFIED, looks_personal=True)


class _InProjects(models.Func):
    """`project_id = ANY(ids)`: one parameter however many there are, and nothing to join while planning."""

    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", models.BooleanField()

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(F("project"), models.Value(list(ids), ArrayField(models.BigIntegerField())))


class FeatureQuerySet(models.QuerySet["Feature"]):
    def visible_to(self, actor: Actor) -> Self:
        """Features of projects the actor sees; drafts only for the team that owns them."""
        return self._of(actor).filter(project__in=Project.objects.visible_to(actor))

    def visible_in(self, projects: Sequence[int], actor: Actor) -> Self:
        """The same, for those who have asked already which projects the actor sees."""
        return self._of(actor).filter(_InProjects(projects))

    def _of(self, actor: Actor) -> Self:
        if not isinstance(actor, User) or actor.sees_everything:
            return self
        return self.filter(~Q(state=VersionState.DRAFT) | Q(owner__in=actor.team_ids))

    def present(self) -> Self:
        """Features that their store still has."""
        return self.filter(gone_at__isnull=True)

    def personal(self) -> Self:
        """Features of a personal class, and unclassified ones whose name or tags look personal."""
        return self.filter(PERSONAL)

    def followed_by(self, user: User) -> Self:
        return self.filter(Exists(Follow.objects.filter(feature=OuterRef("pk"), user=user)))


@kept_history(
    exclude=[
        "search",
        "health",
        "null_rate",
        "null_rate_read_at",
        "drift",
        "drift_read_at",
        "checked",
        "checked_reasons",
        "models_count",
        "reads_per_day",
        "keywords",
        "context",
        "definition",
    ]
)
class Feature(models.Model):
    """One named column of a view. Its contract lives in versions; the current one is repeated here for search."""

    # Their own indexes would repeat `feature_by_project`, `one_feature_per_name` and `feature_by_owner`.
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="features", db_index=False)
    view = models.ForeignKey(FeatureView, on_delete=models.CASCADE, related_name="features", db_index=False)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=540, unique=True, help_text="project.view.feature")
    description = models.TextField(blank=True)
    owner = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="features", db_index=False
    )
    managers = models.JSONField(
        default=dict, blank=True, db_default={}, help_text="{field: page or file}; what nobody set here is the store's"
    )
    # Of the current version.
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.ACTIVE)
    dtype = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    has_default = models.BooleanField(default=False)
    privacy_class = models.CharField(max_length=20, choices=PrivacyClass.choices, blank=True, default="")
    looks_personal = models.BooleanField(default=False)
    sunset_on = models.DateField(null=True, blank=True)
    # Of its view and store, repeated so that one table answers a search.
    entity_names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    store = models.CharField(max_length=80, blank=True, help_text="Slug of the connection it came from")
    is_online = models.BooleanField(default=False)
    tags = ArrayField(models.CharField(max_length=520), default=list, blank=True, help_text="key or key=value")
    slo_drift = models.JSONField(null=True, blank=True, help_text="{method, warn, fail}; empty follows the view")
    # Evidence, written by pulls.
    health = models.CharField(max_length=8, choices=Health.choices, default=Health.UNKNOWN)
    null_rate = models.FloatField(null=True, blank=True)
    null_rate_read_at = models.DateTimeField(null=True, blank=True)
    drift = models.FloatField(null=True, blank=True, help_text="Distance from the reference, by its view's method")
    drift_read_at = models.DateTimeField(null=True, blank=True)
    checked = models.CharField(
        max_length=8, choices=Health.choices, default=Health.UNKNOWN, db_default=Health.UNKNOWN,
        help_text="The worst of what is checked beside freshness and nulls",
    )  # fmt: skip
    checked_reasons = models.TextField(blank=True, default="", db_default="", help_text="One a line")
    models_count = models.PositiveIntegerField(default=0)
    reads_per_day = models.FloatField(null=True, blank=True)
    # What search reads beside name and description: B = tags, C = entities, view and source, D = definition.
    keywords = models.TextField(blank=True)
    context = models.TextField(blank=True)
    definition = models.TextField(blank=True, default="", db_default="")
    search = models.GeneratedField(
        expression=models.Func(
            F("name"),
            F("description"),
            F("keywords"),
            F("context"),
            F("definition"),
            function="charter_search",
            arity=5,
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    gone_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["view", "name"], name="one_feature_per_name")]
        indexes = [
            GinIndex(fields=["search"], name="feature_search"),
            GinIndex(fields=["tags"], name="feature_tags"),
            models.Index(fields=["project", "key"], name="feature_by_project"),
            models.Index(fields=["owner", "key"], name="feature_by_owner"),
            models.Index(fields=["-changed_at", "-id"], name="feature_by_change"),
            models.Index(fields=["-models_count", "id"], name="feature_by_use"),
            # For exact names and prefixes typed by people, in any case.
            models.Index(OpClass(Lower("name"), name="text_pattern_ops"), name="feature_by_name"),
        ]

    def __str__(self) -> str:
        return self.key

    def get_absolute_url(self) -> str:
        return reverse("registry:feature", args=[*self.key.split(".", 2)])

    @property
    def reference(self) -> str:
        """The key with the current version's number."""
        return f"{self.key}@{self.number}"

    @property
    def answering_team(self) -> Team | None:
        """Its own owner, or else that of its view, or of its project. Wants all three beside it."""
        return self.owner or self.view.owner or self.project.owner

    @property
    def is_of_store(self) -> bool:
        """Whether a store defines it, so that people cannot say what the store says."""
        return self.view.connection_id is not None and self.gone_at is None

    @property
    def is_personal(self) -> bool:
        """Whether values must never leave the store: a personal class, or unclassified and looking like one."""
        if self.privacy_class == PrivacyClass.UNCLASSIFIED:
            return self.looks_personal
        return self.privacy_class in PERSONAL_CLASSES


class Follow(models.Model):
    """Somebody wants to hear about a feature."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "feature"], name="one_follow_per_feature")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.feature}"
