"""Lifecycle: changes that come from git, and ends that readers are told of."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from governance.models import Deprecation, DeprecationState, Reader
from governance.scorecard.part import Part, Step, share
from governance.scorecard.scope import Scope
from registry.choices import VersionState
from registry.models import AuditEntry, Version

CHANGED_WITHIN = timedelta(days=30)
# What changes a definition, as the audit log calls it.
CHANGES = tuple(
    f"registry.{verb}"
    for verb in (
        "add_features", "annotate_version", "assign_owner", "change_draft", "change_slo", "change_view",
        "classify_version", "create_entity", "create_view", "deprecate_version", "describe_feature", "describe_view",
        "draft_version", "limit_drift", "publish_version", "register_feature", "retire_version", "tag_feature",
    )
)  # fmt: skip


def endings(scope: Scope) -> list[Part]:
    """Deprecated versions have a last day, their readers were told, and have answered."""
    ended = Version.objects.filter(state=VersionState.DEPRECATED, feature__in=scope.features.values("pk"))
    dated = ended.aggregate(all=Count("pk"), dated=Count("pk", filter=Q(sunset_on__isnull=False)))
    undated = ended.filter(sunset_on__isnull=True)
    step = Step("Say when it ends.", reverse("governance:deprecations"))
    nothing = Step("Nothing: it is seen with the first version that ends.")
    parts = [
        share(
            dated["dated"], dated["all"], "deprecated versions", "have a last day", step=step, read_at=scope.now,
            rows=scope.features.filter(pk__in=undated.values("feature")), search=scope.search("status:deprecated"),
            when_empty=nothing,
        )
    ]  # fmt: skip
    return [*parts, *_readers(scope)] if dated["all"] else parts


def _readers(scope: Scope) -> list[Part]:
    campaigns = Deprecation.objects.filter(
        state=DeprecationState.ANNOUNCED, version__feature__in=scope.features.values("pk")
    )
    readers = Reader.objects.filter(deprecation__in=campaigns.order_by().values("pk")).order_by()
    told = Q(told_at__isnull=False) | Q(moved_at__isnull=False) | Q(waived_at__isnull=False)
    answered = ~Q(answer="") | Q(moved_at__isnull=False) | Q(waived_at__isnull=False)
    found = readers.aggregate(
        all=Count("pk"), told=Count("pk", filter=told), answered=Count("pk", filter=answered)
    )  # fmt: skip
    if not found["all"]:
        return []
    waiting = Reader.objects.filter(deprecation=OuterRef("pk"))
    return [
        share(
            found["told"], found["all"], "readers of what ends", "were told", read_at=scope.now,
            step=Step("Give the team of the reader an address, or the reader a team.", reverse("registry:consumers")),
            rows=campaigns.filter(Exists(waiting.exclude(told))),
        ),
        share(
            found["answered"], found["all"], "readers of what ends", "have answered or moved", read_at=scope.now,
            step=Step("Remind those that have not.", reverse("governance:deprecations")),
            rows=campaigns.filter(Exists(waiting.exclude(answered))),
        ),
    ]  # fmt: skip


def changes(scope: Scope) -> list[Part]:
    """Changes of definitions within 30 days, and how many of them a service made with its token, as pipelines do."""
    rows = AuditEntry.objects.filter(at__gte=scope.now - CHANGED_WITHIN, action__in=CHANGES, actor__isnull=False)
    if scope.project:
        rows = rows.filter(project=scope.project)
    by_service = Q(actor__is_service=True) & ~Q(token="")
    found = rows.order_by().aggregate(all=Count("pk"), service=Count("pk", filter=by_service))
    step = Step("Keep definitions in git, and apply them with a service's token.", "/docs/files/")
    return [
        share(
            found["service"], found["all"], "changes of definitions within 30 days", "were applied by a pipeline",
            step=step, read_at=scope.now, when_empty=step,
        )
    ]  # fmt: skip
