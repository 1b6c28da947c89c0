"""Ownership: names that follow the rules, teams that answer, and where features come from and go."""

from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from common.quantities import count
from governance.models import ANSWERING, NamingRule
from governance.queries.naming import names_that_break
from governance.scorecard.part import Part, Step, fact, share
from governance.scorecard.scope import Scope
from registry.models import Feature, FeatureView, Membership, Upstream, Usage

# What is younger has no reader yet, and need not have one.
NEW = timedelta(days=30)
# Who says so on a feature has looked: nobody reads it yet.
NONE_YET = "readers=none-yet"


def names(scope: Scope) -> list[Part]:
    """Features whose names follow the rules that hold where they are."""
    rules = NamingRule.objects.filter(Q(project=None) | Q(project__in=scope.project_ids), is_on=True)
    if not (held := rules.count()):
        step = Step("Write down how features are named, as a rule.", reverse("governance:policies"))
        return [fact(False, "No naming rule holds.", step=step, read_at=scope.now)]
    broken, excepted = names_that_break(scope.features)
    total = scope.features.count()
    more = f", {count(excepted)} of them because they are excepted until a day" if excepted else ""
    return [
        share(
            total - len(broken), total, "features", f"have a name that the {count(held)} rules let pass",
            step=Step("Rename it with its next version, or except it until a day.", _exceptions()),
            read_at=scope.now, rows=Feature.objects.filter(pk__in=broken), more=more,
        )
    ]  # fmt: skip


def _exceptions() -> str:
    return f"{reverse('governance:policies')}?of=exceptions"


def owners(scope: Scope) -> list[Part]:
    """Features that a team with people in it answers for, and that say what they are."""
    alive = Membership.objects.filter(team=OuterRef("team"), user__is_active=True, user__is_service=False)
    rows = scope.features.annotate(team=ANSWERING).annotate(is_owned=Exists(alive))
    found = rows.aggregate(
        all=Count("pk"), owned=Count("pk", filter=Q(is_owned=True)), said=Count("pk", filter=~Q(description=""))
    )
    return [
        share(
            found["owned"], found["all"], "features", "have a living team that answers for them",
            step=Step("Offer it to a team, or bring people into the team.", reverse("registry:teams")),
            read_at=scope.now, rows=rows.filter(is_owned=False),
        ),
        share(
            found["said"], found["all"], "features", "have a description",
            step=Step("Say what it is, on its page or in its file."), read_at=scope.now,
            rows=rows.filter(description=""), search=scope.search("missing:description"),
        ),
    ]  # fmt: skip


def lineage(scope: Scope) -> list[Part]:
    """Active features that come from somewhere, and go to somebody."""
    rootless = FeatureView.objects.filter(source__isnull=True, upstream_views__isnull=True)
    made = Exists(Upstream.objects.filter(view=OuterRef("view")).exclude(tables=[]))
    read = Exists(Usage.objects.filter(feature=OuterRef("pk"), gone_at__isnull=True))
    is_new = Q(created_at__gte=scope.now - NEW) | Q(tags__contains=[NONE_YET])
    rows = scope.active.annotate(is_rootless=Exists(rootless.filter(pk=OuterRef("view"))), is_made=made, is_read=read)
    rooted, used = Q(is_rootless=False) | Q(is_made=True), Q(is_read=True) | is_new
    found = rows.aggregate(
        all=Count("pk"), rooted=Count("pk", filter=rooted), used=Count("pk", filter=used),
        new=Count("pk", filter=is_new & Q(is_read=False)),
    )  # fmt: skip
    return [
        share(
            found["rooted"], found["all"], "active features", "have a source",
            step=Step("Have the pipeline report OpenLineage, or name the source of the view.", "/docs/lineage/"),
            read_at=scope.now, rows=rows.exclude(rooted),
        ),
        share(
            found["used"], found["all"], "active features", "have a reader, or need none yet",
            step=Step(f"Declare who reads it, retire it, or tag it {NONE_YET}.", reverse("registry:consumers")),
            read_at=scope.now, rows=rows.exclude(used),
            more=f"; {count(found['new'])} have none yet" if found["new"] else "",
        ),
    ]  # fmt: skip
