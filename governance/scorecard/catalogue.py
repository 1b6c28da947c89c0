"""The 25 checks: what each is called, what it reads, when it is met, and of what it can be asked."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import TextChoices

from governance.scorecard import adoption, fresh, lifecycle, operations, ownership, privacy, quality, stores
from governance.scorecard.part import Part
from governance.scorecard.scope import Scope

LONGEST, LONGEST_OF_A_DRILL = 180, 90  # days of a statement
EVERYWHERE, SHARED, PLATFORM = ("platform", "project", "view"), ("platform", "project"), ("platform",)


class Theme(TextChoices):
    SERVING = "serving", "Serving"
    FRESHNESS = "freshness", "Freshness"
    QUALITY = "quality", "Quality"
    OWNERSHIP = "ownership", "Ownership"
    PRIVACY = "privacy", "Privacy"
    LIFECYCLE = "lifecycle", "Lifecycle"
    OPERATIONS = "operations", "Operations"
    ADOPTION = "adoption", "Adoption"


@dataclass(frozen=True, slots=True)
class Check:
    """`reads` says where its evidence comes from, `wants` when it is met. `most_days` is how long a statement may stand
    for evidence that Charter cannot read; 0 where it can read all of it, so that nothing has to be stated."""

    number: int
    slug: str
    title: str
    theme: Theme
    reads: str
    wants: str
    ask: Callable[[Scope], list[Part]]
    scopes: tuple[str, ...] = EVERYWHERE
    most_days: int = 0


CHECKS = (
    Check(1, "online-store", "Online store is highly available", Theme.SERVING,
          "The kind of each online store, as its connection names it, and the replicas that Redis tells.",
          "Each has replicas or is a service that keeps several copies; where Charter cannot see them, it is attested.",
          stores.online_store, SHARED, LONGEST),
    Check(2, "point-in-time", "History can be joined as it was", Theme.SERVING,
          "The time field of each view's source, and the newest event that the last measurement found.",
          "Every stored view has a time field, and its source, read within the day, holds no event from the future.",
          stores.point_in_time),
    Check(3, "materialization", "Views are made on schedule", Theme.FRESHNESS,
          "Schedules, what the store declares as materialized, and runs of the jobs that make the view or its table.",
          "Every online view has a schedule, and was made within two intervals of it.",
          fresh.materialized, EVERYWHERE, LONGEST),
    Check(4, "registry", "Registry is durable", Theme.SERVING,
          "Charter's own database, the last run of the job backup, and where each connection's registry of Feast is.",
          "PostgreSQL that flushes to disk, a backup within 25 hours, and no registry of Feast in a file.",
          stores.durable_registry, SHARED, LONGEST),
    Check(5, "watched", "Latency, freshness and nulls are watched", Theme.FRESHNESS,
          "When the age of each view and the nulls of its features were measured, and what Prometheus told of latency.",
          "All three were measured within the day; where no Prometheus is named, latency is attested.",
          fresh.watched, EVERYWHERE, LONGEST),
    Check(6, "schema", "What is written is validated", Theme.QUALITY,
          "Findings about contracts from measurements of the last day, and assertions that pipelines tell of a table.",
          "Every stored view was checked within the day, and every feature has the type of its contract.",
          quality.schemas),
    Check(7, "drift", "Drift is measured and told", Theme.QUALITY,
          "Findings about drift of the last seven days, and whether the answering team can be reached.",
          "Every active feature that can drift was compared, and somebody hears of it.",
          quality.drift),
    Check(8, "freshness-limit", "Views have a freshness limit and keep it", Theme.FRESHNESS,
          "The limit of each view, of its owner or its schedule, against the newest event measured within the day.",
          "Every stored view has a limit and is within it.",
          fresh.limits),
    Check(9, "null-alerts", "Alerts of nulls work", Theme.QUALITY,
          "The null rates of the last day against each view's limit, and breaches of the last 90 days.",
          "Every view's nulls are held against a limit, and an alert fired within 90 days, or was tested and attested.",
          quality.nulls, EVERYWHERE, LONGEST),
    Check(10, "pipeline-tests", "Pipelines test what they write", Theme.QUALITY,
          "Runs of the last day that wrote something, and the test and assertion facets told with them.",
          "Every such run carries what was tested.",
          quality.pipelines, PLATFORM, LONGEST),
    Check(11, "naming", "Names follow the rules", Theme.OWNERSHIP,
          "The naming rules and words that hold in each project, and their exceptions.",
          "There is a rule, and every name passes or is excepted until a day.",
          ownership.names),
    Check(12, "owners", "Everything has an owner and a description", Theme.OWNERSHIP,
          "The team that answers for each feature, its living members, and the description.",
          "Every feature has both.",
          ownership.owners),
    Check(13, "personal-data", "Personal data are classified and controlled", Theme.PRIVACY,
          "Classes, names that look personal, policies, observed reads without a grant, and rights found in stores.",
          "Nothing that looks personal is unclassified, every class is under a policy, nobody reads without a grant.",
          privacy.personal),
    Check(14, "deprecations", "What ends is announced", Theme.LIFECYCLE,
          "Deprecated versions, and the readers of running deprecations.",
          "Every one has a last day, and every reader was told and has answered.",
          lifecycle.endings),
    Check(15, "lineage", "Lineage reaches from source to reader", Theme.OWNERSHIP,
          "Sources that the store declares or lineage knows, and every evidence of a reader.",
          "Every active feature has a source, and a reader unless it is new or tagged readers=none-yet.",
          ownership.lineage),
    Check(16, "runbook-store", "An outage of the store is prepared", Theme.OPERATIONS,
          "The runbook's page, statements that it was reviewed, and the defaults of features that are served online.",
          "The runbook was reviewed within 180 days, and every active online feature has a default.",
          operations.store_runbook, EVERYWHERE, LONGEST),
    Check(17, "runbook-pipeline", "A failed pipeline is prepared", Theme.OPERATIONS,
          "The runbook's page, and statements that it was reviewed.",
          "The runbook was reviewed within 180 days.",
          operations.pipeline_runbook, PLATFORM, LONGEST),
    Check(18, "restore-drill", "A backup was restored", Theme.OPERATIONS,
          "The last run of the job restore-drill.",
          "It went well within 90 days, or that is attested.",
          operations.restored, PLATFORM, LONGEST_OF_A_DRILL),
    Check(19, "cost-alerts", "Costs raise an alert", Theme.OPERATIONS,
          "Budgets of online stores, and statements.",
          "Every online store has a budget that is watched, or it is attested.",
          operations.costs, PLATFORM, LONGEST),
    Check(20, "on-call", "Somebody is on call", Theme.OPERATIONS,
          "Views that a consumer of tier 1 reads or that are tagged so, and webhooks to pagers.",
          "Each of them has a pager that is called.",
          operations.on_call, EVERYWHERE, LONGEST),
    Check(21, "client", "The client is in use", Theme.ADOPTION,
          "Tokens of the last 30 days, and the version of Charter's client that used them.",
          "At least one was used through it, and all of those with a supported version.",
          adoption.client, PLATFORM),
    Check(22, "search", "People search and find", Theme.ADOPTION,
          "Counts of searches of the last 30 days, and how many found nothing.",
          "Somebody searched, and at most one search in five found nothing.",
          adoption.searches, PLATFORM),
    Check(23, "quick-start", "The quick start works", Theme.ADOPTION,
          "The last run of the job quick-start.",
          "It went well within a week, or that is attested.",
          adoption.quick_start, PLATFORM, LONGEST),
    Check(24, "definitions-in-git", "Definitions come from git", Theme.LIFECYCLE,
          "Entries of the audit log of the last 30 days that change a definition, and whose token made them.",
          "A service made all of them.",
          lifecycle.changes, SHARED),
    Check(25, "local-environment", "Charter starts on a developer's machine", Theme.ADOPTION,
          "The last run of the job local-environment.",
          "It went well within a week, or that is attested.",
          adoption.local_environment, PLATFORM, LONGEST),
)  # fmt: skip
BY_SLUG = {check.slug: check for check in CHECKS}


def checks_of(kind: str) -> list[Check]:
    """Those that can be asked of a platform, project or view."""
    return [check for check in CHECKS if kind in check.scopes]
