"""The words of the domain that are closed lists, with the label people read."""

from django.db.models import IntegerChoices, TextChoices


class Visibility(TextChoices):
    LISTED = "listed", "Listed"
    RESTRICTED = "restricted", "Restricted"


class OwnershipModel(TextChoices):
    CENTRAL = "central", "Central platform team"
    FEDERATED = "federated", "Federated domains"


class Compatibility(TextChoices):
    """What a new version must keep, in the words of schema registries. Forward: its readers need not change."""

    NONE = "NONE", "Nothing"
    BACKWARD = "BACKWARD", "Backward: new readers take the last version"
    FORWARD = "FORWARD", "Forward: readers of the last version take the new one"
    FULL = "FULL", "Full: both"
    BACKWARD_TRANSITIVE = "BACKWARD_TRANSITIVE", "Backward, with every version that is published"
    FORWARD_TRANSITIVE = "FORWARD_TRANSITIVE", "Forward, with every version that is published"
    FULL_TRANSITIVE = "FULL_TRANSITIVE", "Full, with every version that is published"


class OfferState(TextChoices):
    """How an offer of ownership stands."""

    OPEN = "open", "Waits for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


class PlanState(TextChoices):
    OPEN = "open", "Open"
    APPLIED = "applied", "Applied"


class ViewKind(TextChoices):
    BATCH = "batch", "Batch"
    STREAM = "stream", "Stream"
    ON_DEMAND = "on_demand", "On demand"
    LABEL = "label", "Label"


# Views that people register; labels come from stores.
BY_HAND = (ViewKind.BATCH, ViewKind.STREAM, ViewKind.ON_DEMAND)


class VersionState(TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    DEPRECATED = "deprecated", "Deprecated"
    QUARANTINED = "quarantined", "Quarantined"
    RETIRED = "retired", "Retired"


class PrivacyClass(TextChoices):
    """Unclassified is a state of its own: nobody has said yet."""

    UNCLASSIFIED = "", "Unclassified"
    NONE = "none", "Not personal"
    PSEUDONYMOUS = "pseudonymous", "Pseudonymous"
    QUASI_IDENTIFIER = "quasi-identifier", "Quasi-identifier"
    DIRECT_IDENTIFIER = "direct-identifier", "Direct identifier"
    SPECIAL_CATEGORY = "special-category", "Special category"


PERSONAL_CLASSES = (
    PrivacyClass.PSEUDONYMOUS,
    PrivacyClass.QUASI_IDENTIFIER,
    PrivacyClass.DIRECT_IDENTIFIER,
    PrivacyClass.SPECIAL_CATEGORY,
)


class Health(TextChoices):
    OK = "ok", "OK"
    AT_RISK = "warn", "At risk"
    BREACHED = "crit", "Breached"
    UNKNOWN = "unknown", "Unknown"


class ConsumerKind(TextChoices):
    MODEL = "model", "Model"
    SERVICE = "service", "Service"
    DASHBOARD = "dashboard", "Dashboard"
    JOB = "job", "Job"


class Evidence(TextChoices):
    """How we know that a consumer reads a feature."""

    DECLARED = "declared", "Declared"
    LINEAGE = "lineage", "Lineage"
    GRANT = "grant", "Grant"
    OBSERVED = "observed", "Observed read"


class Manager(TextChoices):
    """Who set a fact and so may change it, as in Kubernetes server-side apply."""

    CONNECTOR = "connector", "Connector"
    FILE = "file", "File in git"
    PAGE = "page", "Page or API"


class PullKind(TextChoices):
    DEFINITIONS = "definitions", "Definitions"
    MEASUREMENTS = "measurements", "Measurements"
    LINEAGE = "lineage", "Lineage"


class PullState(TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCEEDED = "succeeded", "Succeeded"
    PARTIAL = "partial", "Partly succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Scope(TextChoices):
    """What a token may do. A token never does more than its user may."""

    FEATURES_READ = "features:read", "Read the registry"
    FEATURES_WRITE = "features:write", "Register and change features"
    ACCESS_REQUEST = "access:request", "Request access"
    ACCESS_DECIDE = "access:decide", "Decide on access"
    AUTHZ_EVALUATE = "authz:evaluate", "Ask for authorization decisions"
    LINEAGE_WRITE = "lineage:write", "Send lineage events"
    METRICS_WRITE = "metrics:write", "Push measurements"
    CALENDAR_READ = "calendar:read", "Read the calendar of deprecations"
    BADGE_READ = "badge:read", "Show the health of a view as a badge"
    ADMIN = "admin", "Administer connections, people and tokens"


class EndingKind(TextChoices):
    """Why a version ends. For the last two readers may get less notice."""

    REPLACED = "replaced", "Something better replaces it"
    UNNEEDED = "unneeded", "Nobody needs it any longer"
    QUALITY = "quality", "Its values are wrong"
    LEGAL = "legal", "It may not be used any longer"


URGENT_ENDINGS = (EndingKind.QUALITY, EndingKind.LEGAL)


class HookKind(TextChoices):
    STANDARD = "standard", "Signed, as Standard Webhooks"
    SLACK = "slack", "Slack, or what understands its messages"
    TEAMS = "teams", "Microsoft Teams, a workflow with a webhook"
    PAGERDUTY = "pager", "PagerDuty, by its Events API v2"
    ALERTMANAGER = "alerts", "Alertmanager, by its API v2"


# They wake somebody, so they hear only of what a consumer of tier 1 reads.
PAGERS = (HookKind.PAGERDUTY,)
# They know incidents and nothing else.
OF_INCIDENTS = (HookKind.PAGERDUTY, HookKind.ALERTMANAGER)


class Tier(IntegerChoices):
    """How bad it is when a consumer reads what is wrong."""

    FIRST = 1, "1: somebody is woken"
    SECOND = 2, "2: it is mended by day"
    THIRD = 3, "3: it can wait"


class Channel(TextChoices):
    MAIL = "mail", "Mail"
    HOOK = "webhook", "Webhook"


class Cadence(TextChoices):
    """How soon somebody wants to hear."""

    NOW = "now", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    OFF = "off", "Never"


class DeliveryState(TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Given up"
