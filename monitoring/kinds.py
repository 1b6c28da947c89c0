"""Kinds of trouble, as data: whoever judges something new adds a line here and makes verdicts of its kind."""

from dataclasses import dataclass

USUAL_READINGS = 2
FEWEST, MOST = 1, 5


@dataclass(frozen=True, slots=True)
class Kind:
    """`says` completes "X …", `over` completes "X … again". `bad` and `good` are how many readings in a row it takes to
    open and to end; an empty `bad` is the owner's choice. `walks_up`: something upstream may be to blame.
    `runbook` is the page of help for it."""

    name: str
    label: str
    says: str
    over: str
    runbook: str
    bad: int | None = None
    good: int = 2
    walks_up: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        Kind("freshness", "Freshness", "is stale", "is fresh", "runbook-materialization"),
        Kind("nulls", "Nulls", "has too many nulls", "has its values", "runbook-backfill"),
        Kind("drift", "Drift", "has drifted", "is as it was", "runbook-backfill"),
        Kind("volume", "Volume", "has too few or too many rows", "has its usual rows", "runbook-materialization"),
        Kind("schema", "Schema", "breaks its contract's types", "keeps its contract's types", "runbook-rollback"),
        Kind("range", "Range", "has values outside of its contract", "keeps its range", "runbook-backfill"),
        Kind("skew", "Online/offline skew", "differs between its stores", "is the same in both stores",
             "runbook-materialization"),
        Kind("reported", "Reported by others", "fails a check that others run", "passes its checks",
             "runbook-backfill"),
        Kind("unreadable", "Not readable", "cannot be read", "can be read", "runbook-materialization"),
        Kind("store", "Store away", "cannot be read", "can be read", "runbook-online-store", walks_up=False, bad=2),
        Kind("memory", "Store full", "is nearly full", "has room again", "runbook-online-store", walks_up=False, bad=2),
        Kind("budget", "Over budget", "takes more than its budget", "is within its budget", "runbook-online-store",
             walks_up=False, bad=2),
        Kind("latency", "Serving slow", "is slower than promised", "is as fast as promised", "runbook-online-store",
             walks_up=False, bad=2),
        Kind("errors", "Serving fails", "fails more often than promised", "answers as promised", "runbook-online-store",
             walks_up=False, bad=2),
        Kind("misses", "Values missing", "finds fewer values than promised", "finds its values",
             "runbook-materialization"),
        Kind("pull", "Pull failing", "cannot be pulled", "is pulled", "runbook-online-store", walks_up=False, bad=2),
        # A job's runs may be a day apart: one that went well says enough.
        Kind("job_failed", "Job failed", "failed twice in a row", "went well", "runbook-materialization", bad=2, good=1,
             walks_up=False),
        Kind("job_late", "Job late", "is late against its schedule", "ran", "runbook-materialization", bad=2, good=1,
             walks_up=False),
    )
}  # fmt: skip
CHOICES = [(kind.name, kind.label) for kind in KINDS.values()]
