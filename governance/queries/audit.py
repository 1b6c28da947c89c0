"""What of the audit log somebody may read."""

from typing import Any

from django.db.models import BigIntegerField, Case, CharField, Exists, Model, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Exact

from registry import roles
from registry.choices import PERSONAL_CLASSES
from registry.contracts import VALUE_FIELDS
from registry.models import AuditEntry, Connection, Feature, FeatureView, Project, Pull, Team, User, Version

HIDDEN = "hidden, personal data"
# Who may decide, and who may see what: what the committee answers for.
_GOVERNANCE = Q(action__startswith="governance.") | Q(action__in=["registry.assign_role", "registry.change_project"])


def visible_audit(actor: User) -> QuerySet[AuditEntry]:
    """Auditors and administrators: all. The committee: governance events. Members of teams: what is theirs now."""
    entries = AuditEntry.objects.select_related("project").order_by("-id")
    if not actor.is_active:
        return entries.none()
    if actor.is_admin or roles.AUDITOR in actor.role_names:
        return entries
    seen = _about_own(actor.team_ids) if actor.team_ids else Q(pk__in=[])
    if actor.role_names & {roles.COMMITTEE, roles.CHAIR}:
        seen |= _GOVERNANCE
    return entries.filter(seen)


def _about_own(teams: frozenset[int]) -> Q:
    """Entries about what these teams own today: what they gave away is no longer theirs to read."""
    views = FeatureView.objects.annotate(team=Coalesce("owner", "project__owner")).filter(team__in=teams)
    features = Feature.objects.annotate(team=Coalesce("owner", "view__owner", "project__owner")).filter(team__in=teams)
    connections = Connection.objects.filter(owner__in=teams)
    owned: tuple[QuerySet[Any], ...] = (
        Team.objects.filter(pk__in=teams),
        Project.objects.filter(owner__in=teams),
        views,
        features,
        Version.objects.filter(feature__in=features.values("pk")),
        connections,
        Pull.objects.filter(connection__in=connections.values("pk")),
    )
    about = Q()
    for rows in owned:
        numbers = rows.order_by().annotate(text=Cast("pk", CharField())).values("text")
        about |= Q(object_type=rows.model._meta.model_name, object_id__in=numbers)
    return about


def with_personal(entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
    """Adds `is_personal`: whether the entry is about a feature whose values could be somebody's."""
    personal = Version.objects.filter(privacy_class__in=PERSONAL_CLASSES)
    return entries.annotate(
        is_personal=Exists(Feature.objects.personal().filter(pk=_number_of(Feature)))
        | Exists(personal.filter(pk=_number_of(Version)))
        | Exists(Feature.objects.personal().filter(versions=_number_of(Version)))
    )


def _number_of(model: type[Model]) -> Case:
    """The number of the object, for entries about this model alone: those of tokens are no numbers."""
    number = Cast(OuterRef("object_id"), BigIntegerField())
    return Case(When(Exact(OuterRef("object_type"), model._meta.model_name), then=number), default=None)


def changes_of(entry: AuditEntry) -> dict[str, Any]:
    """The entry's changes, without values that could be somebody's. Wants an entry from `with_personal`."""
    hide = entry.is_personal  # type: ignore[attr-defined]  # annotated
    return {name: [HIDDEN] if hide and name in VALUE_FIELDS else pair for name, pair in entry.changes.items()}
