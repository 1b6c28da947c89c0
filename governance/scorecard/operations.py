"""Operations: what people do when something breaks, and whether it was tried."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from governance.scorecard.jobs import proved
from governance.scorecard.part import Part, Step, fact, nobody_looks, share
from governance.scorecard.scope import Scope
from monitoring.serving import limits_of
from registry.choices import PAGERS, Tier
from registry.models import Connection, Usage, Webhook

DRILL_HOLDS = timedelta(days=90)
OUTAGE, PIPELINE = "runbook-online-store", "runbook-materialization"


def store_runbook(scope: Scope) -> list[Part]:
    """What to do when a store is away, and what readers get meanwhile."""
    online = scope.active.filter(is_online=True)
    found = online.aggregate(all=Count("pk"), held=Count("pk", filter=Q(has_default=True)))
    defaults = share(
        found["held"], found["all"], "active features that are served online", "have a default to fall back on",
        step=Step("Give it a default with its next version."), read_at=scope.now,
        rows=online.filter(has_default=False), search=scope.search("status:active online:true missing:default"),
    )  # fmt: skip
    return [defaults] if scope.view else [*_runbook(scope, OUTAGE), defaults]


def pipeline_runbook(scope: Scope) -> list[Part]:
    """What to do when a materialization fails."""
    return _runbook(scope, PIPELINE)


def _runbook(scope: Scope, page: str) -> list[Part]:
    url = reverse("portal:docs-page", args=[page])
    is_there = (settings.BASE_DIR / "docs" / f"{page}.md").is_file()
    said = f"The runbook is at {url}, and incidents of this kind link to it." if is_there else "The runbook is gone."
    step = Step("Read the runbook with those who are on call, and attest it.", url)
    return [
        fact(is_there, said, step=Step("Bring the page back."), read_at=scope.now),
        nobody_looks("Nobody has said within 180 days that it was read and is right.", step=step),
    ]


def restored(scope: Scope) -> list[Part]:
    """Whether a backup was restored within 90 days."""
    step = Step(
        "Restore the last backup into an empty installation, and have the job report its run.", "/docs/scorecard/"
    )
    return [proved(scope, "restore-drill", DRILL_HOLDS, "The last restore drill", step)]


def costs(scope: Scope) -> list[Part]:
    """Online stores whose views are held against a budget; beyond it is an incident. What else costs is attested."""
    online = set(scope.online_stores)
    step = Step(
        "Set what its views may take on the page of its connection, or attest which budget raises an alert.",
        reverse("registry:connections"),
    )
    if not online:
        return [nobody_looks("No connected store serves online, and Charter reads no other cost.", step=step)]
    held = {pk for pk, limits in limits_of(list(online)).items() if "served_bytes" in limits}
    return [
        share(
            len(held), len(held), "online stores", "have a budget that is watched", step=step, read_at=scope.now,
            unread=len(online - held), rows=Connection.objects.filter(pk__in=online - held),
            none_was="has a budget that is watched",
        )
    ]  # fmt: skip


def on_call(scope: Scope) -> list[Part]:
    """Views that a consumer of tier 1 reads, and whose team can be woken."""
    first = Usage.objects.filter(
        feature__view=OuterRef("pk"), gone_at__isnull=True, consumer__tier=Tier.FIRST, consumer__gone_at__isnull=True
    )
    hooks = Webhook.objects.wanting("incident.opened").filter(kind__in=PAGERS)
    hooked = list(hooks.order_by().values_list("team", flat=True).distinct())
    # One without a team is told of everybody's.
    reached = Q(pk__isnull=False) if None in hooked else Q(team__in=hooked)
    rows = scope.views.filter(Exists(first) | Q(tags__tier=str(Tier.FIRST)))
    rows = rows.annotate(team=Coalesce("owner", "project__owner"))
    found = rows.aggregate(all=Count("pk"), reached=Count("pk", filter=reached))
    nothing = Step("Say which consumers are of tier 1.", reverse("registry:consumers"))
    return [
        share(
            found["reached"], found["all"], "feature views of tier 1", "have a pager that is called",
            step=Step("Add a webhook of PagerDuty for the team.", reverse("registry:webhooks")), when_empty=nothing,
            read_at=scope.now, rows=rows.exclude(reached),
        )
    ]  # fmt: skip
