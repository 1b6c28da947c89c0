"""What Charter answers, typed. Fields that a newer server adds are kept, not refused."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Said(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Found(Said):
    """A feature as a search finds it."""

    key: str
    status: str
    description: str = ""
    dtype: str = ""
    health: str = "unknown"
    owner: str | None = None


class Feature(Found):
    """A feature with the version that stands for it."""

    version: int
    unit: str = ""
    privacy_class: str = ""
    sunset_on: date | None = None

    @property
    def reference(self) -> str:
        return f"{self.key}@{self.version}"


class Version(Said):
    """One contract. Values of personal data are not told."""

    reference: str
    number: int
    status: str
    dtype: str
    unit: str = ""
    default: Any = None
    default_policy: str = "none"
    sunset_on: date | None = None
    replacement: str | None = None
    state_reason: str = ""


class Evaluation(Said):
    """May it? True where it may, so that it can be asked with `if`."""

    decision: bool
    context: dict[str, Any] = {}

    def __bool__(self) -> bool:
        return self.decision

    @property
    def reason(self) -> str:
        """A code, such as no_grant."""
        return str(self.context.get("reason_code", ""))

    @property
    def text(self) -> str:
        """Why not, for people."""
        return str(self.context.get("reason_user", ""))

    @property
    def request_url(self) -> str:
        """Where a person asks for access; empty where nobody can."""
        return str(self.context.get("request_url", ""))

    @property
    def expires_at(self) -> datetime | None:
        """The end of the grant that it hangs on; None where it hangs on none."""
        said = self.context.get("expires_at")
        return datetime.fromisoformat(said) if said else None

    @property
    def ttl_seconds(self) -> int:
        """For how long it may be used without asking again."""
        return int(self.context.get("ttl_seconds", 0))

    @property
    def obligations(self) -> list[dict[str, Any]]:
        """What comes with a yes, such as a condition of the grant."""
        return list(self.context.get("obligations", []))


class Blocker(Said):
    code: str
    detail: str
    consumer: str = ""


class CanRetire(Said):
    ok: bool
    blockers: list[Blocker] = []


class DeprecationReader(Said):
    """Something that reads a deprecated version, and how far its team has come."""

    consumer: str
    state: str
    team: str | None = None


class Deprecation(Said):
    """How the readers of a version are moved off it before its last day."""

    id: str
    version: str
    state: str
    sunset_on: date | None = None
    replacement: str | None = None
    reason: str = ""
    readers_known: int = 0
    readers_left: int = 0
    readers: list[DeprecationReader] = []


class IncidentLine(Said):
    """Something that happened in an incident."""

    at: datetime
    what: str
    about: str = ""
    actor: str | None = None


class Incident(Said):
    """One thing that broke, with everything that broke because of it."""

    id: str
    state: str
    title: str
    cause_kind: str
    cause: str
    kind: str
    owner: str | None = None
    is_paging: bool = False
    views_hit: int = 0
    note: str = ""
    opened_at: datetime
    muted_until: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    hits: list[dict[str, Any]] = []
    breaches: list[dict[str, Any]] = []
    events: list[IncidentLine] = []

    @property
    def is_over(self) -> bool:
        return self.state == "resolved"


_WORST_FIRST = {"not-met": 0, "partly": 1, "unknown": 2}


class Checked(Said):
    """What a check of the scorecard came to. `state` is met, partly, not-met, unknown or attested; `parts` say why."""

    number: int
    check: str
    title: str
    theme: str
    state: str
    is_passed: bool
    parts: list[dict[str, Any]] = []
    read_at: datetime | None = None
    next_step: dict[str, Any] | None = None
    attested_until: date | None = None

    @property
    def said(self) -> str:
        """The sentence that says why: of the first part that is known to be wrong, else unknown, else of the first."""
        ordered = sorted(self.parts, key=lambda part: _WORST_FIRST.get(part["state"], len(_WORST_FIRST)))
        return str(ordered[0]["said"]) if ordered else ""


class Scorecard(Said):
    """How ready something is for production: `passed` checks of `of` are met or attested."""

    passed: int
    of: int
    figures: dict[str, Any] = {}
    data: list[Checked] = []


class Attestation(Said):
    """A statement that a check is met, where no evidence can be read."""

    id: str
    check: str
    statement: str
    valid_until: date
    made_by: str = ""
    link: str = ""
    withdrawn_at: datetime | None = None


class RightFound(Said):
    """Where a store lets read what was not granted, or the reverse. `kind` is extra, absent, unknown, nature or own."""

    kind: str
    connection: str
    store: str
    account: str = ""
    feature: str | None = None
    grant: str | None = None
    how: str = ""


class Announced(Said):
    """What became of one version of many: 201 and its deprecation, or the problem with it."""

    version: str
    status: int
    deprecation: Deprecation | None = None
    problem: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return self.deprecation is not None

    @property
    def why_not(self) -> str:
        """What the problem is, in words; empty when there is none."""
        if self.problem is None:
            return ""
        return " ".join(one["detail"] for one in self.problem.get("errors", ())) or str(self.problem["detail"])


class Reason(Said):
    code: str
    detail: str


class CheckedFeature(Said):
    reference: str
    verdict: Literal["ok", "warning", "blocked"]
    reasons: list[Reason] = []
    replacement: str | None = None
    sunset_on: date | None = None


class Check(Said):
    """May these be read? The worst verdict counts."""

    verdict: Literal["ok", "warning", "blocked"]
    data: list[CheckedFeature] = []


class AccessItem(Said):
    """One feature that is asked for, and what became of it."""

    feature: str
    outcome: str
    privacy_class: str = ""
    owner: str | None = None
    grant: str | None = None


class AccessDecision(Said):
    """What somebody said about a request."""

    id: int
    verdict: str
    voter: str | None = None
    slot: str = ""
    reason: str = ""
    days: int | None = None
    undone_at: datetime | None = None


class AccessRequest(Said):
    """Somebody asks to read personal features, for one purpose. `etag` names the state that it was read in."""

    id: str
    state: str
    requester: str
    subject: str
    purpose: str
    setting: str = "offline"
    environment: str = ""
    days: int = 0
    why: str = ""
    features: list[str] = []
    due_at: datetime | None = None
    decided_at: datetime | None = None
    items: list[AccessItem] = []
    decisions: list[AccessDecision] = []
    etag: str = ""


class Waiting(Said):
    """A request that waits for you, with the features of it that do; or one that you wait for."""

    id: str
    subject: str
    purpose: str
    state: str
    due_at: datetime | None = None
    features: list[str] = []


class Inbox(Said):
    """What waits for your decision or answer, and what you wait for."""

    decide: list[Waiting] = []
    others: list[Waiting] = []
    classify: list[dict[str, Any]] = []
    acknowledge: list[dict[str, Any]] = []


class Grant(Said):
    """The right to read one version for one purpose until a day. `holds` says whether it gives anything now."""

    id: str
    state: str
    subject: str
    feature: str
    purpose: str
    holds: bool = False
    setting: str = "offline"
    environment: str = ""
    conditions: list[str] = []
    request: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""


class Purpose(Said):
    """A reason for which personal data may be used."""

    name: str
    description: str = ""
    legal_basis: str = ""
    is_usable: bool = False
    review_on: date | None = None


class Event(Said):
    """Something that happened, as webhooks are told it; `id` is theirs too."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any] = {}


class Events(Said):
    """The oldest come first. `after` is where to go on."""

    data: list[Event] = []
    after: str
    has_more: bool = False


class LineageNode(Said):
    """A table, job, feature view or consumer. `depth` is below 0 upstream of where the question started."""

    id: str
    kind: str
    namespace: str
    name: str
    key: str = ""
    owner: str = ""
    environment: str = ""
    health: str = ""
    depth: int = 0
    more_up: int = 0
    more_down: int = 0
    columns: list[str] = []

    @property
    def label(self) -> str:
        """What the registry calls it, or else its producer."""
        return self.key or f"{self.namespace} {self.name}"


class LineageEdge(Said):
    source: str
    target: str
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None


class LineageColumnEdge(Said):
    """An empty `target_column` is the whole, as when rows are filtered."""

    source: str
    source_column: str
    target: str
    target_column: str
    is_direct: bool
    masking: bool | None = None


class Lineage(Said):
    """The graph around a node: the nearest nodes, and how many more there are."""

    start: str
    column: str = ""
    nodes: list[LineageNode]
    edges: list[LineageEdge] = []
    column_edges: list[LineageColumnEdge] = []
    left_out: int = 0

    @property
    def links(self) -> list[tuple[str, str]]:
        """From what to what, by labels: of columns where the question was about them, else of nodes."""
        label = {node.id: node.label for node in self.nodes}
        columns = [
            (f"{label[one.source]}.{one.source_column}", f"{label[one.target]}.{one.target_column}".rstrip("."))
            for one in self.column_edges
        ]
        return columns or [(label[one.source], label[one.target]) for one in self.edges]


class Affected(Said):
    """A view or consumer that is hit, after so many steps."""

    kind: str
    key: str
    sure: Literal["certain", "likely", "possible"]
    owner: str = ""
    environment: str = ""
    depth: int = 0


class AffectedGroup(Said):
    owner: str
    environment: str
    count: int


class Impact(Said):
    """Who is hit when something changes or is late."""

    start: str
    column: str = ""
    affected: list[Affected] = []
    groups: list[AffectedGroup] = []
    left_out: int = 0


class Connection(Said):
    """A store that Charter reads."""

    slug: str
    name: str
    kind: str
    owner: str | None = None
    is_enabled: bool = True
    failures: int = 0


class Parity(Said):
    """Whether a new view holds what an old one holds, on a sample of entities at one moment."""

    id: str
    old: str
    new: str
    state: str
    reason: str = ""
    pass_mark: float
    done: int = 0
    sampled: int | None = None
    coverage: float | None = None
    equal: int | None = None
    nulls_agreeing: float | None = None
    finished_at: datetime | None = None
    left_out: list[str] = []
    features: list[dict[str, Any]] = []

    @property
    def is_finished(self) -> bool:
        return self.state not in ("queued", "running")


class Operation(Said):
    """Long work, and how far it is. `total` is None while nobody knows it."""

    id: str
    connection: str
    kind: str
    state: str
    done: int = 0
    total: int | None = None
    seconds_left: float | None = None
    counts: dict[str, int] = {}
    warnings_count: int = 0
    errors_count: int = 0

    @property
    def is_finished(self) -> bool:
        return self.state not in ("queued", "running")

    @property
    def has_succeeded(self) -> bool:
        return self.state == "succeeded"


class PlannedChange(Said):
    key: str
    action: str
    field: str = ""
    old: Any = None
    new: Any = None
    rule: str = ""
    category: str = ""
    result: str = "apply"
    message: str = ""


class Reader(Said):
    consumer: str
    environment: str = ""
    team: str = ""
    keys: list[str] = []


class Need(Said):
    party: str
    reasons: list[str] = []


class Plan(Said):
    """What files would change."""

    id: str
    state: str
    expires_at: datetime
    changes: list[PlannedChange] = []
    impact: list[Reader] = []
    needs: list[Need] = []

    @property
    def has_errors(self) -> bool:
        return any(change.result == "error" for change in self.changes)
