"""Quality: contracts, drift, nulls, and what pipelines test."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from common.quantities import count
from governance.models import ANSWERING, CheckState
from governance.scorecard.part import Part, Step, nobody_looks, share
from governance.scorecard.scope import Scope
from lineage.models import Node
from lineage.queries.proving import asserted, tested_runs
from monitoring.models import Baseline, Breach, Finding, Kind
from registry.choices import Health, ViewKind
from registry.models import Feature, Team
from registry.models.features import PERSONAL
from registry.outbox.addressing import reachable

DRIFT_HOLDS = timedelta(days=7)
FIRED_WITHIN, TESTED_BY = timedelta(days=30), timedelta(days=90)


def schemas(scope: Scope) -> list[Part]:
    """Views whose contract was held against what was written within the day, or whose table was tested."""
    checked = Finding.objects.filter(kind=Kind.SCHEMA, found_at__gte=scope.since, view=OuterRef("pk"))
    rows = scope.stored.annotate(is_checked=Exists(checked))
    numbers = dict(rows.values_list("pk", "is_checked"))
    tested = {pk for pk, is_checked in numbers.items() if is_checked} | asserted(list(numbers), scope.since)
    looked = share(
        len(tested), len(numbers), "feature views", "had what was written held against a contract within the day",
        step=Step("Measure its source, or test its table in the pipeline.", reverse("registry:connections")),
        read_at=scope.now, rows=scope.stored.exclude(pk__in=tested),
    )  # fmt: skip
    found = Finding.objects.filter(kind=Kind.SCHEMA, found_at__gte=scope.since, feature__in=scope.features.values("pk"))
    broken = found.filter(state=Health.BREACHED)
    counted = found.aggregate(all=Count("pk"), broken=Count("pk", filter=Q(state=Health.BREACHED)))
    keeps = share(
        counted["all"] - counted["broken"], counted["all"], "features", "have the type that their contract says",
        step=Step("Mend the table, or publish a version with the type that it has."), read_at=scope.now,
        rows=scope.features.filter(pk__in=broken.values("feature")),
    )  # fmt: skip
    return [looked, keeps]


def drift(scope: Scope) -> list[Part]:
    """Active features whose values could drift: held against a reference within a week, and somebody hears of it."""
    rows = _that_can_drift(scope)
    recent = Finding.objects.filter(kind=Kind.DRIFT, feature=OuterRef("pk"), found_at__gte=scope.now - DRIFT_HOLDS)
    known = Exists(recent.exclude(state=Health.UNKNOWN))
    told = sorted(_that_hear(rows)) or [0]  # an empty list would empty the whole question
    found = rows.annotate(team=ANSWERING, is_known=known).aggregate(
        all=Count("pk"), known=Count("pk", filter=Q(is_known=True)), told=Count("pk", filter=Q(team__in=told)),
    )  # fmt: skip
    left_out = scope.active.count() - found["all"]
    return [
        share(
            found["known"], found["all"], "active features", "were held against their reference within a week",
            step=Step("Measure its days, or pin the days that its model was trained on.", "/docs/drift/"),
            read_at=scope.now, rows=rows.exclude(known),
            more=f". {count(left_out)} that are personal, computed when asked or not of a kind that can be compared "
            "are left out" if left_out else "",
        ),
        share(
            found["told"], found["all"], "active features", "have somebody who hears of drift",
            step=Step("Give the team an address or a webhook.", reverse("registry:teams")), read_at=scope.now,
            rows=rows.annotate(team=ANSWERING).exclude(team__in=told),
        ),
    ]  # fmt: skip


def _that_can_drift(scope: Scope) -> QuerySet[Feature]:
    """Values of personal features stay in their store; those computed when asked are kept nowhere; of some kinds, such
    as lists, there is no distance."""
    whole = Exists(Baseline.objects.filter(feature=OuterRef("pk"), parts=0))
    rows = scope.active.exclude(PERSONAL)
    return rows.exclude(view__kind=ViewKind.ON_DEMAND).exclude(whole)


def _that_hear(rows: QuerySet[Feature]) -> set[int]:
    teams = Team.objects.filter(pk__in=rows.annotate(team=ANSWERING).values("team"))
    return reachable(teams.values_list("pk", flat=True), "incident.opened")


def nulls(scope: Scope) -> list[Part]:
    """Views whose null rates are read, so that their limit can act, and whether an alert has ever fired."""
    read = Exists(Feature.objects.present().filter(view=OuterRef("pk"), null_rate_read_at__gte=scope.since))
    found = scope.stored.annotate(is_read=read).aggregate(
        all=Count("pk"), read=Count("pk", filter=Q(is_read=True)),
        own=Count("pk", filter=Q(slo_max_null_rate__isnull=False)),
    )  # fmt: skip
    limited = share(
        found["read"], found["all"], "feature views", "have their nulls held against a limit",
        step=Step("See why its connection cannot measure it.", reverse("registry:connections")), read_at=scope.now,
        rows=scope.stored.exclude(read), more=f", {found['own']:,} against one of their owner's and the others 5 %",
    )  # fmt: skip
    return [limited] if scope.view else [limited, _fired(scope)]


def _fired(scope: Scope) -> Part:
    """That nothing has fired in so long says nothing about whether anything would."""
    opened = Breach.objects.filter(kind=Kind.NULLS, view__in=scope.views.values("pk"), opened_at__isnull=False)
    fired: Any = opened.aggregate(
        month=Count("pk", filter=Q(opened_at__gte=scope.now - FIRED_WITHIN)),
        quarter=Count("pk", filter=Q(opened_at__gte=scope.now - TESTED_BY)),
    )  # fmt: skip
    if fired["quarter"]:
        said = f"{count(fired['month'])} alerts of nulls fired within 30 days, {count(fired['quarter'])} within 90."
        return Part(CheckState.MET, said, read_at=scope.now)
    return nobody_looks(
        "No alert of nulls has fired in 90 days, so nobody knows that one would.",
        step=Step("Test one: lower the limit of a view for a while, and see who is told. Then attest it."),
    )


def pipelines(scope: Scope) -> list[Part]:
    """Runs of the last day that wrote something, and carry what was tested of it."""
    found = tested_runs(scope.since)
    rows = Node.objects.filter(pk__in=found.without)
    step = Step("Have the pipeline test what it writes, and tell it as OpenLineage.", "/docs/lineage/")
    return [
        share(
            found.tested, found.runs, "runs of the last day that wrote something", "carry what was tested",
            step=step, when_empty=step, read_at=scope.now,
            rows=rows if scope.actor is None else rows.visible_to(scope.actor),
        )
    ]  # fmt: skip
