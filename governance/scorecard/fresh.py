"""Freshness: views that are made on time, have a limit, and are looked at."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.urls import reverse

from governance.scorecard.part import LOOK, Part, Step, nobody_looks, share
from governance.scorecard.scope import Scope
from lineage.queries.proving import last_made
from monitoring.serving import told_since
from registry.models import Connection, Feature, FeatureView
from registry.search import freshness

INTERVALS = 2


def materialized(scope: Scope) -> list[Part]:
    """Views with a schedule whose store or job says that they were made within two intervals of it."""
    rows = list(scope.stored.filter(is_online=True).values_list("pk", "schedule_every", "declared_until"))
    made = last_made([pk for pk, *_ in rows])
    known = {pk: max(filter(None, (until, made.get(pk))), default=None) for pk, _, until in rows}
    every = {pk: each for pk, each, _ in rows}
    on_time = {pk for pk in known if _is_on_time(scope.now, every[pk], known[pk])}
    unscheduled = [pk for pk in known if every[pk] is None]
    unseen = {pk for pk, at in known.items() if at is None and every[pk] is not None}
    planned = share(
        len(rows) - len(unscheduled), len(rows), "online feature views", "have a schedule",
        step=Step("Tag the view with its schedule, or set it in its file.", reverse("registry:search")),
        read_at=scope.now, rows=FeatureView.objects.filter(pk__in=unscheduled),
    )  # fmt: skip
    late = known.keys() - on_time - unseen - set(unscheduled)
    ran = share(
        len(on_time), len(on_time) + len(late), "scheduled feature views", "were made within two intervals",
        step=Step("Look at the job of the one that is latest, and at its runbook.", reverse("monitoring:health")),
        read_at=scope.now, unread=len(unseen), when_unread=Step("Have its job report its runs.", "/docs/lineage/"),
        rows=FeatureView.objects.filter(pk__in=late | unseen),
    )  # fmt: skip
    return [planned, ran]


def _is_on_time(now: datetime, every: timedelta | None, made_at: datetime | None) -> bool:
    return every is not None and made_at is not None and now - made_at <= INTERVALS * every


def limits(scope: Scope) -> list[Part]:
    """Views with a freshness limit, and those that keep it now."""
    late = ExpressionWrapper(Value(scope.now) - freshness.newest_event_at(), output_field=DurationField())
    rows = scope.stored.annotate(most=freshness.limit(), age=late)
    limited, read = Q(most__isnull=False), _seen(scope) & Q(age__isnull=False)
    found = rows.aggregate(
        all=Count("pk"), limited=Count("pk", filter=limited), own=Count("pk", filter=Q(slo_freshness__isnull=False)),
        seen=Count("pk", filter=limited & read), kept=Count("pk", filter=limited & read & Q(age__lte=F("most"))),
    )  # fmt: skip
    has = share(
        found["limited"], found["all"], "feature views", "have a freshness limit",
        step=Step("Set a limit on the view's page, or tell its schedule."), read_at=scope.now,
        rows=rows.exclude(limited), more=f", {found['own']:,} set by their owner and the others by their schedule",
    )  # fmt: skip
    keeps = share(
        found["kept"], found["seen"], "feature views with a limit", "keep it now",
        step=Step("Open the incident of the latest one.", reverse("monitoring:incidents")), read_at=scope.now,
        unread=found["limited"] - found["seen"], when_unread=LOOK, search=scope.search("stale:true"),
        rows=rows.filter(limited & (~read | Q(age__gt=F("most")))),
    )  # fmt: skip
    return [has, keeps]


def watched(scope: Scope) -> list[Part]:
    """Views of which age, nulls and latency were measured within the day."""
    unread = Feature.objects.present().filter(view=OuterRef("pk")).exclude(null_rate_read_at__gte=scope.since)
    some = Exists(Feature.objects.present().filter(view=OuterRef("pk")))
    filled = some & ~Exists(unread)
    seen = _seen(scope)
    found = scope.stored.annotate(is_filled=filled).aggregate(
        all=Count("pk"), seen=Count("pk", filter=seen), filled=Count("pk", filter=Q(is_filled=True))
    )
    step = Step("See why its connection cannot measure it.", reverse("registry:connections"))
    return [
        *_measured(scope, found, "seen", "their age", step, ~seen),
        *_measured(scope, found, "filled", "the nulls of all their features", step, ~Q(filled)),
        _latency(scope),
    ]


def _latency(scope: Scope) -> Part:
    """Of the online stores, whose servers Prometheus told of within the day."""
    online, told = set(scope.online_stores), told_since(scope.since, "latency_p99")
    step = Step(
        "Say on its connection which Prometheus watches the servers, or attest what does.",
        reverse("registry:connections"),
    )
    if not online:
        return nobody_looks("No connected store serves online.", step=step)
    timed = online & told.keys()
    return share(
        len(timed), len(timed), "online stores", "had the latency of their servers told within the day", step=step,
        read_at=scope.now, unread=len(online - timed), rows=Connection.objects.filter(pk__in=online - timed),
        none_was="had the latency of their servers told within the day",
    )  # fmt: skip


def _measured(
    scope: Scope, found: dict[str, int], name: str, what: str, step: Step, others: Q
) -> Iterator[Part]:  # fmt: skip
    yield share(
        found[name], found["all"], "feature views", f"had {what} measured within the day", step=step,
        read_at=scope.now, rows=scope.stored.filter(others),
    )  # fmt: skip


def _seen(scope: Scope) -> Q:
    """A store of theirs was read within the day."""
    return Q(source_read_at__gte=scope.since) | Q(served_read_at__gte=scope.since)
