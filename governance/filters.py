"""What the lists of governance can be narrowed by, on their pages and in the API."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Left
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from common.filters import AnyOf, AsOf, Choices, YesNo
from governance.models import (
    Answer,
    Attestation,
    ClassSuggestion,
    DeprecationState,
    Evaluation,
    FindingKind,
    GrantState,
    ProposalState,
    Reader,
    RequestItem,
    RequestState,
    ReviewState,
    RightFinding,
    SuggestionState,
)
from governance.models.classes import SPEAKS
from lineage.models.classes import CLAIMED_CLASSES
from registry.choices import PERSONAL_CLASSES
from registry.models import AuditEntry, Feature, Version
from registry.references import split_number


class AuditFilter(FilterSet):
    """`since` and `until` are days in UTC, both included."""

    actor = CharFilter("actor_name", "iexact", label="Who", max_length=150, help_text="User name, or system")
    action = CharFilter("action", "icontains", label="Action", max_length=80, help_text="Such as change_slo")
    object = CharFilter("object_key", "icontains", label="Object", max_length=600, help_text="Part of its key or name")
    project = CharFilter("project__name", "exact", label="Project", max_length=120)
    since = DateFilter("at", "date__gte", label="From")
    until = DateFilter("at", "date__lte", label="To")

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class AuditLogFilter(AuditFilter):
    """What programs ask for beside it: one kind of object, one object."""

    object_type = CharFilter("object_type", "exact", max_length=40, help_text="Such as feature or connection")
    object_key = CharFilter("object_key", "exact", max_length=600, help_text="Its whole key or name")


class RightFindingFilter(FilterSet):
    kind = Choices("kind", "What differs, and how.", choices=FindingKind.choices)
    connection = CharFilter("store__connection__slug", "exact", max_length=80, help_text="Its slug")
    account = CharFilter("account", "exact", max_length=63, help_text="In the store")
    feature = CharFilter("feature__key", "exact", max_length=540, help_text="project.view.feature")

    class Meta:
        model = RightFinding
        fields: list[str] = []


class EndingOwnerFilter(AnyOf):
    """Slugs of teams that answer for the version."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        path = "version__feature__"
        slug = Coalesce(f"{path}owner__slug", f"{path}view__owner__slug", f"{path}project__owner__slug")
        return rows.alias(owner_slug=slug).filter(owner_slug__in=values) if values else rows


class ReadingTeamFilter(AnyOf):
    """Slugs of teams that run something that it concerns."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        held = Reader.objects.filter(deprecation=OuterRef("pk"), consumer__team__slug__in=values)
        return rows.filter(Exists(held)) if values else rows


class DeprecationFilter(FilterSet):
    state = Choices(
        "state", "How far it has come.", choices=[one for one in DeprecationState.choices if one[0] != "draft"]
    )
    project = AnyOf("version__feature__project__name", "Name of the project.")
    feature = AnyOf("version__feature__key", "Key of the feature.")
    owner = EndingOwnerFilter("", "Slug of the team that ends it.")
    reader = ReadingTeamFilter("", "Slug of a team that runs something that reads it.")


class OfFeatureFilter(AnyOf):
    """Keys of features, or references to versions of them. What is hidden finds nothing, as what does not exist."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        if not values:
            return rows
        wanted = Q(pk__in=[])
        for value in values:
            key, number = split_number(value)
            of_key = Q(feature__key=key) if number is None else Q(feature__key=key, number=number)
            wanted |= of_key | Q(feature__key=value)
        seen = Feature.objects.visible_to(self.parent.request.user)
        return rows.filter(Exists(self.rows_of(Version.objects.filter(wanted, feature__in=seen))))

    def rows_of(self, versions: QuerySet[Version]) -> QuerySet[Any]:
        """What ties a row of the list to one of the versions."""
        return RequestItem.objects.filter(request=OuterRef("pk"), version__in=versions)


class GrantedFeatureFilter(OfFeatureFilter):
    def rows_of(self, versions: QuerySet[Version]) -> QuerySet[Any]:
        return versions.filter(pk=OuterRef("version"))


class SubjectFilter(AnyOf):
    """kind:name of consumers, or person:username, which `field_name` holds of a row without a consumer."""

    def filter(self, rows: QuerySet[Any], values: list[str]) -> QuerySet[Any]:
        wanted = Q(pk__in=[])
        for value in values:
            kind, _, name = value.partition(":")
            person = {self.field_name: name, "consumer__isnull": True}
            wanted |= Q(**person) if kind == "person" else Q(consumer__kind=kind, consumer__name=name)
        return rows.filter(wanted) if values else rows


class OwnFilter(YesNo):
    """What one has asked for oneself, or is of something that one's teams run. `field_name` says who asked."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        user = self.parent.request.user
        mine = Q(**{self.field_name: user}) | Q(consumer__team__in=user.team_ids)
        return rows.filter(mine if value == "true" else ~mine) if value else rows


class HeldAtFilter(AsOf):
    def at(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        return rows.active_at(moment)  # type: ignore[attr-defined]  # of grants


class DecidedAtFilter(AsOf):
    def at(self, rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
        return rows.at(moment)  # type: ignore[attr-defined]  # of policies


class AccessRequestFilter(FilterSet):
    state = Choices("state", "How far it has come.", choices=[one for one in RequestState.choices if one[0] != "draft"])
    purpose = AnyOf("purpose__name", "Name of the purpose.")
    feature = OfFeatureFilter("", "Key of a feature that is asked for, or that with @number.")
    subject = SubjectFilter("requester__username", "Who will read: kind:name, or person:username.")
    requester = AnyOf("requester__username", "User name of who asks.")
    mine = OwnFilter("requester", "Whether you ask, or somebody for what your teams run.")
    emergency = YesNo("is_emergency", "Whether it is break-glass access.")


class GrantFilter(FilterSet):
    state = Choices("state", "How far it has come.", choices=GrantState.choices)
    purpose = AnyOf("purpose__name", "Name of the purpose.")
    feature = GrantedFeatureFilter("", "Key of the feature, or that with @number.")
    subject = SubjectFilter("user__username", "Who may read: kind:name, or person:username.")
    mine = OwnFilter("item__request__requester", "Whether it is yours, or of what your teams run.")
    as_of = HeldAtFilter("Those that held at that moment, or at the end of that day (UTC).")


class PolicyFilter(FilterSet):
    privacy_class = Choices(
        "privacy_class", "The class that it is about.", choices=[(one.value, one.label) for one in PERSONAL_CLASSES]
    )
    as_of = DecidedAtFilter("Those that decided at that moment, or at the end of that day (UTC).")


class PolicyProposalFilter(FilterSet):
    state = Choices("state", "What became of it.", choices=ProposalState.choices)
    privacy_class = Choices(
        "privacy_class", "The class that it is about.", choices=[(one.value, one.label) for one in PERSONAL_CLASSES]
    )


class WaitingFilter(YesNo):
    """Those that wait for whoever asks."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        mine = Q(pk__in=ClassSuggestion.objects.waiting_for(self.parent.request.user).order_by().values("pk"))
        return rows.filter(mine if value == "true" else ~mine) if value else rows


class ReviewFilter(FilterSet):
    state = Choices("state", "Whether it is running.", choices=ReviewState.choices)


class ReviewItemFilter(FilterSet):
    answer = Choices("answer", "What was answered.", choices=Answer.choices)
    suggested = Choices("suggested", "What is suggested.", choices=[("keep", "Keep"), ("revoke", "Revoke")])
    unused = YesNo("is_unused", "Whether it is known to be unused for 60 days.")
    owner = AnyOf("owner__slug", "Slug of the team that answers for the feature.")
    feature = AnyOf("grant__version__feature__key", "Key of the feature.")


class ClassSuggestionFilter(FilterSet):
    state = Choices("state", "Whether somebody has decided, and how.", choices=SuggestionState.choices)
    project = AnyOf("feature__project__name", "Name of the project.")
    feature = AnyOf("feature__key", "Key of the feature.")
    privacy_class = Choices("privacy_class", "The class that is suggested.", choices=CLAIMED_CLASSES)
    claimed_by = Choices("kind", "Who claims it, and of what; or what is guessed by.", choices=SPEAKS)
    against = YesNo("is_against", "Whether somebody has set less than what flows into the feature.")
    mine = WaitingFilter("", "Whether it waits for you.")


class EvaluationFilter(FilterSet):
    """`since` and `until` are days in UTC, both included. A month holds millions: text is compared whole."""

    subject = CharFilter(method="of_subject", label="Subject", max_length=400, help_text="Such as model:fraud-ranker")
    resource = CharFilter("resource", "exact", label="Resource", max_length=700, help_text="As it was asked for")
    purpose = CharFilter("purpose", "exact", label="Purpose", max_length=80)
    decision = ChoiceFilter(
        method="of_decision", label="Decision", choices=[("true", "Yes"), ("false", "No")], empty_label="Any"
    )
    reason_code = CharFilter("reason_code", "exact", label="Reason", max_length=40, help_text="Such as no_grant")
    since = DateFilter("at", "date__gte", label="From")
    until = DateFilter("at", "date__lte", label="To")

    class Meta:
        model = Evaluation
        fields: list[str] = []

    def of_subject(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """The index is on its beginning, which is all of nearly every one."""
        return rows.alias(beginning=Left("subject", 200)).filter(beginning=value[:200], subject=value)

    def of_decision(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(decision=value == "true")


class StandingFilter(YesNo):
    """Those that hold today."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        holds = Q(pk__in=Attestation.objects.valid().order_by().values("pk"))
        return rows.filter(holds if value == "true" else ~holds) if value else rows


class AttestationFilter(FilterSet):
    check = AnyOf("check_slug", "Name of the check.")
    valid = StandingFilter("", "Whether it holds today.")
