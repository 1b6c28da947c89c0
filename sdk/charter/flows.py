"""What the client can do, each thing once: the calls that it takes, and what comes of them.

A flow yields a `Call` and is sent its answer; or a `Wait`, and is sent nothing. `Registry` runs flows and waits,
`AsyncRegistry` runs the same ones and awaits, so that neither has its own idea of what a verb does.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeAlias, TypeVar
from uuid import uuid4

from charter import __version__, calls
from charter.answers import (
    AccessRequest,
    Announced,
    Attestation,
    CanRetire,
    Check,
    Connection,
    Deprecation,
    Evaluation,
    Events,
    Feature,
    Found,
    Grant,
    Impact,
    Inbox,
    Incident,
    Lineage,
    Operation,
    Parity,
    Plan,
    Purpose,
    RightFound,
    Scorecard,
    Version,
)
from charter.calls import Call, split
from charter.errors import NotFound
from charter.exchange import Wait

Answer = TypeVar("Answer")
MOST_AT_ONCE = 100  # questions
VIEW = "feature_view"
Flow: TypeAlias = Generator[Call[Any] | Wait, Any, Answer]


def search(text: str = "", limit: int = 20) -> Flow[list[Found]]:
    """Features that match, best first; the words are those of the search page."""
    return (yield calls.search(text, limit))


def parts(reference: str) -> Flow[tuple[Feature, Version]]:
    """A feature and the version that `reference` names, or its current one."""
    key, number = split(reference)
    found = yield calls.feature(key)
    return found, (yield calls.version(key, found.version if number is None else number))


def check(
    features: Iterable[str] | None = None, *, consumer: str | None = None, purpose: str = "", environment: str = ""
) -> Flow[Check]:  # fmt: skip
    """May these features be read, or those that a consumer reads? Of a consumer it also says until when it has access
    to personal ones; only grants for the purpose and environment count, where these are named."""
    return (yield calls.check(consumer, features, purpose=purpose, environment=environment))


def can(subject: str, action: str, resource: str, purpose: str = "", *, environment: str = "") -> Flow[Evaluation]:
    """May `service:checkout-api` do this (read_metadata, read_offline, serve or write) to a feature, or to a view,
    `feature_view:project.view`?"""
    return (yield calls.evaluate([question(subject, action, resource, purpose, environment)]))[0]


def evaluate(questions: Iterable[Mapping[str, Any]]) -> Flow[list[Evaluation]]:
    """The same for questions as AuthZEN writes them; `question` makes one. However many, a hundred at a time."""
    asked, answers = list(questions), []
    for at in range(0, len(asked), MOST_AT_ONCE):
        answers += yield calls.evaluate(asked[at : at + MOST_AT_ONCE])
    return answers


def question(subject: str, action: str, resource: str, purpose: str = "", environment: str = "") -> dict[str, Any]:
    """One question as AuthZEN writes it."""
    kind, _, name = subject.partition(":")
    is_view = resource.startswith(f"{VIEW}:")
    said = {"purpose": purpose, "environment": environment}
    return {
        "subject": {"type": kind, "id": name},
        "action": {"name": action},
        "resource": {"type": VIEW if is_view else "feature", "id": resource.removeprefix(f"{VIEW}:")},
        "context": {key: value for key, value in said.items() if value},
    }


def can_retire(reference: str) -> Flow[CanRetire]:
    """May this version end, and if not, what stands in the way?"""
    return (yield calls.can_retire(*(yield from _numbered(reference))))


def difference(old: str, new: str) -> Flow[list[dict[str, Any]]]:
    """Terms that differ between two versions of a feature: [{term, old, new}]."""
    key, before = yield from _numbered(old)
    return (yield calls.difference(key, (yield from _numbered(new))[1], before))


def register(view: str, name: str, **terms: Any) -> Flow[Feature]:
    """A new feature of a view, as a draft."""
    return (yield calls.register(view, name, terms))


def draft(key: str, **terms: Any) -> Flow[Version]:
    """A new version of a feature, as a draft."""
    return (yield calls.draft(key, terms))


def publish(reference: str) -> Flow[Version]:
    """Make a draft active. It never changes again."""
    return (yield calls.publish(*(yield from _numbered(reference))))


def deprecate(
    reference: str, *, sunset: str, reason: str, replacement: str | None = None, kind: str = "", instead: str = "",
) -> Flow[None]:  # fmt: skip
    """Announce the end of a version, or move one that is announced: `sunset` is its last day, such as 2027-01-31.

    `kind` is replaced, unneeded, quality or legal; without a replacement, `instead` says what readers do.
    """
    key, number = yield from _numbered(reference)
    held = yield calls.deprecations({"feature": key, "state": "announced"})
    if any(one.version == f"{key}@{number}" for one in held):
        yield calls.deprecate(key, number, sunset, reason, replacement)
        return
    yield calls.announce(f"{key}@{number}", _end(sunset, reason, replacement, kind, instead))


def deprecate_many(
    references: Iterable[str] = (), *, query: str = "", sunset: str, reason: str, replacement: str | None = None,
    kind: str = "", instead: str = "", dry_run: bool = False,
) -> Flow[list[Announced]]:  # fmt: skip
    """Announce the same end of up to 100 versions: those that are named, or all of the features that `query`
    finds.

    Each has its own outcome: what is refused for one loses nothing of the others. With `dry_run` nobody is told.
    """
    which: dict[str, Any] = {"query": query} if query else {"versions": list(references)}
    return (yield calls.announce_many(which | _end(sunset, reason, replacement, kind, instead), dry_run))


def _end(sunset: str, reason: str, replacement: str | None, kind: str, instead: str) -> dict[str, Any]:
    kind = kind or ("replaced" if replacement else "unneeded")
    return {"kind": kind, "reason": reason, "sunset_on": sunset, "replacement": replacement, "instead": instead}


def deprecations(
    *, state: str | None = "announced", project: str | None = None, owner: str | None = None,
    reader: str | None = None,
) -> Flow[list[Deprecation]]:  # fmt: skip
    """The newest 200: `owner` ends them, and `reader` runs something that reads them; both are slugs of teams."""
    return (yield calls.deprecations({"state": state, "project": project, "owner": owner, "reader": reader}))


def scorecard(*, project: str | None = None, view: str | None = None) -> Flow[Scorecard]:
    """How ready the platform is for production, or one project or view of it, over what you may see."""
    return (yield calls.scorecard({"project": project, "view": view}))


def attest(check: str, statement: str, until: date, *, link: str = "") -> Flow[Attestation]:
    """State that a check of the scorecard is met until a day, where Charter can read no evidence."""
    said = {"check": check, "statement": statement, "valid_until": until.isoformat(), "link": link}
    return (yield calls.attest(said))


def report_run(name: str, *, is_good: bool = True) -> Flow[None]:
    """Say that a job about the installation has run, such as restore-drill: an OpenLineage event of charter-checks."""
    event = {
        "eventType": "COMPLETE" if is_good else "FAIL", "eventTime": datetime.now(UTC).isoformat(),
        "producer": f"urn:charter:client:{__version__}",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": str(uuid4())}, "job": {"namespace": "charter-checks", "name": name},
    }  # fmt: skip
    return (yield calls.report_run(event))


def rights_found(*, connection: str | None = None, kind: str | None = None) -> Flow[list[RightFound]]:
    """The newest 200 differences between what stores let accounts read and what was granted."""
    return (yield calls.rights_found({"connection": connection, "kind": kind}))


def deprecation(deprecation_id: str) -> Flow[Deprecation]:
    """One, such as DEP-17, with everybody whom it concerns."""
    return (yield calls.deprecation(deprecation_id))


def acknowledge(
    deprecation_id: str, consumer: str, *, note: str = "", is_using: bool = True
) -> Flow[Deprecation]:  # fmt: skip
    """Answer for a consumer of yours: it will move, or does not read the version at all."""
    said = {"consumer": consumer, "note": note, "answer": "acknowledged" if is_using else "not-using"}
    return (yield calls.answer_deprecation(deprecation_id, "acknowledge", said))


def ask_extension(deprecation_id: str, consumer: str, *, until: str, reason: str) -> Flow[Deprecation]:
    """Ask the owner for more time, for a consumer of yours."""
    said = {"consumer": consumer, "until": until, "reason": reason}
    return (yield calls.answer_deprecation(deprecation_id, "extensions", said))


def remind(deprecation_id: str) -> Flow[Deprecation]:
    """Remind the teams that have not moved; at most once a day."""
    return (yield calls.answer_deprecation(deprecation_id, "remind", {}))


def retire(reference: str, *, reason: str = "") -> Flow[Version]:
    """End a version for good. Raises Refused with what stands in the way."""
    return (yield calls.retire(*(yield from _numbered(reference)), reason))


def declare(
    consumer: str, features: Iterable[str], *, team: str | None = None, reason: str = ""
) -> Flow[dict[str, Any]]:  # fmt: skip
    """Say that `model:name` reads exactly these features. One that is not there yet is made for `team`, if given.

    Where it begins to read what is deprecated, `reason` says why.
    """
    named = list(features)
    try:
        return (yield calls.declare(consumer, named, reason))
    except NotFound:
        if team is None:
            raise
    kind, _, name = consumer.partition(":")
    yield calls.register_consumer(kind, name, {"team": team})
    return (yield calls.declare(consumer, named, reason))


def report_usage(events: list[dict[str, Any]]) -> Flow[dict[str, Any]]:
    """Reads that happened: `{id, consumer, feature, reads, at}`, at most 5,000. Safe to send again."""
    return (yield calls.report_usage(events))


def defaults_of(features: Iterable[str]) -> Flow[list[dict[str, Any]]]:
    """What to serve for up to 500 versions without a value, in the order asked for."""
    return (yield calls.defaults(features))


def plan(
    files: Iterable[tuple[str, str]], *, source: str = "", commit: str = "", takes_over: bool = False,
    dry_run: bool = False,
) -> Flow[Plan]:  # fmt: skip
    """What these files, (path, text), would change."""
    return (yield calls.plan(files, source, commit, takes_over, dry_run))


def apply(plan_id: str) -> Flow[Plan]:
    """Do what a plan says."""
    return (yield calls.apply(plan_id))


def approve(plan_id: str, party: str, note: str = "") -> Flow[Plan]:
    """Agree to a plan for a party that it needs."""
    return (yield calls.approve(plan_id, party, note))


def export(project: str = "", view: str = "", form: str = "yaml") -> Flow[str]:
    """Feature views as YAML, ready for `apply`; or with the form `odcs` as data contracts."""
    return (yield calls.export(project, view, form))


def health(**filters: Any) -> Flow[list[dict[str, Any]]]:
    """The health of feature views: those of a project, an owner, or in a state. The first 200."""
    return (yield calls.health(filters))


def feature_health(key: str) -> Flow[dict[str, Any]]:
    """How a feature is, the reasons, and the newest measurement from each store."""
    return (yield calls.feature_health(key))


def incidents(**filters: Any) -> Flow[list[Incident]]:
    """Incidents, newest first: of a state, an owner, a cause, a kind or a view; `mine="true"` for one's own. The first
    200."""
    return (yield calls.incidents(filters))


def incident(incident_id: str) -> Flow[Incident]:
    """One incident, with what it hits and what happened."""
    return (yield calls.incident(incident_id))


def acknowledge_incident(incident_id: str) -> Flow[Incident]:
    """Say that one is at it."""
    return (yield calls.act_on_incident(incident_id, "ack", {}))


def resolve_incident(incident_id: str, reason: str = "") -> Flow[Incident]:
    """Say that it is over."""
    return (yield calls.act_on_incident(incident_id, "resolve", {"reason": reason}))


def mute_incident(incident_id: str, until: datetime | None) -> Flow[Incident]:
    """Have nobody more told until then, but that it is over; None: tell again."""
    return (yield calls.act_on_incident(incident_id, "mute", {"until": until and until.isoformat()}))


def reassign_incident(incident_id: str, team: str, reason: str = "") -> Flow[Incident]:
    """Give it to another team."""
    return (yield calls.act_on_incident(incident_id, "reassign", {"team": team, "reason": reason}))


def lineage(
    node: str, *, direction: str = "both", depth: int = 2, level: str = "dataset"
) -> Flow[Lineage]:  # fmt: skip
    """What a node is made of and what is made of it: up, down or both.

    `node` is a key of a view or feature, `model:name`, a table or job by a name that only one has, or a nodeId such as
    `dataset:namespace:name`. On the level `column`, or `feature`, it names a column or a feature.
    """
    return (yield calls.lineage(node, direction, depth, level))


def impact(node: str, *, column: str = "", depth: int = 10) -> Flow[Impact]:
    """Who is hit when a table, job, view or feature changes or is late, or one column of it, and how sure that is."""
    return (yield calls.impact(node, column, depth))


def events(after: str = "", limit: int = 200) -> Flow[Events]:
    """What has happened since, oldest first; without `after`, since the oldest event that is kept.

    Keep `after` of the answer, and ask with it next time. Raises Refused with the code `gone` where something may have
    been missed.
    """
    return (yield calls.events(after, limit))


def audit_verification() -> Flow[dict[str, Any]]:
    """How the chain of the audit log stands: its head, what waits, when it was last verified and anchored."""
    return (yield calls.audit_verification())


def connections() -> Flow[list[Connection]]:
    """The stores that are connected. The first 200."""
    return (yield calls.connections())


def start_parity(
    old: str, new: str, *, pass_mark: float | None = None, sample: int | None = None, tolerance: float | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Flow[Parity]:  # fmt: skip
    """Have two views compared on the same entities. While they are compared already, this is that."""
    asked = {
        "old": old, "new": new, "pass_mark": pass_mark, "sample": sample, "tolerance": tolerance,
        "mapping": dict(mapping) if mapping else None,
    }  # fmt: skip
    return (yield calls.start_parity(asked))


def parity(reference: str, after: float = 0.0) -> Flow[Parity]:
    """What a comparison found, `after` so many seconds."""
    if after:
        yield Wait(after)
    return (yield calls.parity(reference))


def report_evidently(
    view: str, report: Mapping[str, Any], *, by: str = "evidently", at: datetime | None = None
) -> Flow[dict[str, Any]]:
    """Send a report of Evidently 0.7 about a view's data; `at` is when it was made."""
    return (yield calls.report_evidently(view, report, by, at.isoformat() if at else None))


def migration(consumer: str) -> Flow[dict[str, Any]]:
    """How far a consumer has moved from what it reads to what replaces it."""
    return (yield calls.migration(consumer))


def pull(connection: str, kind: str = "definitions") -> Flow[Operation]:
    """Have a connection read definitions or measurements now. While it does already, this is that."""
    return (yield calls.pull(connection, kind))


def operations(limit: int = 20) -> Flow[list[Operation]]:
    """Long work, newest first."""
    return (yield calls.operations(limit))


def operation(reference: str, after: float = 0.0) -> Flow[Operation]:
    """How far long work is, `after` so many seconds."""
    if after:
        yield Wait(after)
    return (yield calls.operation(reference))


def request_access(
    features: Iterable[str], *, purpose: str, why: str, days: int, consumer: str | None = None,
    setting: str = "offline", environment: str = "", dry_run: bool = False,
) -> Flow[AccessRequest]:  # fmt: skip
    """Ask to read up to 30 personal features, for yourself or for `model:name` of your team. `setting` is offline or
    online. Raises Refused with one error for each feature that cannot be asked for."""
    said = {
        "features": list(features), "purpose": purpose, "why": why, "days": days, "setting": setting,
        "environment": environment,
    }  # fmt: skip
    return (yield calls.request_access(said | ({"consumer": consumer} if consumer else {}), dry_run))


def take_access(
    features: Iterable[str], *, purpose: str, incident: str, why: str, consumer: str | None = None,
    setting: str = "offline", environment: str = "",
) -> Flow[AccessRequest]:  # fmt: skip
    """Break-glass access: at once and for hours, because of an incident. The committee is told and reviews it."""
    said = {
        "features": list(features), "purpose": purpose, "incident": incident, "why": why, "setting": setting,
        "environment": environment,
    }  # fmt: skip
    return (yield calls.take_access(said | ({"consumer": consumer} if consumer else {})))


def access_requests(
    *, state: str | None = None, mine: bool | None = None, feature: str | None = None, subject: str | None = None,
    purpose: str | None = None,
) -> Flow[list[AccessRequest]]:  # fmt: skip
    """The newest 200 that you see. `subject` is kind:name or person:username."""
    said = {"state": state, "mine": mine, "feature": feature, "subject": subject, "purpose": purpose}
    return (yield calls.access_requests(said))


def access_request(request_id: str) -> Flow[AccessRequest]:
    """One, such as AR-1042, with what became of each feature and what was said."""
    return (yield calls.access_request(request_id))


def change_request(request_id: str, *, etag: str = "", **said: Any) -> Flow[AccessRequest]:
    """Change what others asked to change, and send it again: any of features (those that stay), purpose, why, consumer,
    setting, environment, days. Without `etag`, whatever it is now."""
    return (yield calls.change_request(request_id, said, etag or "*"))


def decide(
    request_id: str, verdict: str, *, reason: str = "", features: Iterable[str] | None = None, days: int | None = None,
    setting: str | None = None, conditions: Iterable[str] = (), etag: str = "",
) -> Flow[AccessRequest]:  # fmt: skip
    """Say approve, deny, changes or recuse. `features` are those that a yes is for, the rest is denied; `days`,
    `setting` and `conditions` make it less than was asked.

    With the `etag` of a request that was read, it is refused if that has changed since; without, it counts for the
    request as it is now.
    """
    said: dict[str, Any] = {"verdict": verdict, "reason": reason}
    said |= {"conditions": kept} if (kept := list(conditions)) else {}
    said |= {} if features is None else {"features": list(features)}
    said |= {name: value for name, value in (("days", days), ("setting", setting)) if value is not None}
    tag = etag or (yield calls.access_request(request_id)).etag
    return (yield calls.decide(request_id, said, tag))


def take_back(request_id: str, decision: int) -> Flow[AccessRequest]:
    """Take your own decision back, within a minute."""
    return (yield calls.take_back(request_id, decision))


def withdraw(request_id: str, *, reason: str = "") -> Flow[AccessRequest]:
    """Take a request of yours back. What was granted stays."""
    return (yield calls.of_request(request_id, "withdraw", {"reason": reason}))


def review_emergency(request_id: str, *, is_right: bool, reason: str) -> Flow[AccessRequest]:
    """Say afterwards whether break-glass access was right."""
    return (yield calls.of_request(request_id, "review", {"is_right": is_right, "reason": reason}))


def comment(request_id: str, text: str) -> Flow[dict[str, Any]]:
    """Ask or answer something beside a request."""
    return (yield calls.comment(request_id, text))


def inbox() -> Flow[Inbox]:
    """What waits for your decision or answer, and what you wait for."""
    return (yield calls.inbox())


def grants(
    *, state: str | None = "active", subject: str | None = None, feature: str | None = None,
    purpose: str | None = None, mine: bool | None = None, as_of: str | None = None,
) -> Flow[list[Grant]]:  # fmt: skip
    """The newest 200 that you see. With `as_of`, a day or a moment, those that held then, whatever became of them."""
    said = {"state": None if as_of else state, "subject": subject, "feature": feature, "purpose": purpose}
    return (yield calls.grants(said | {"mine": mine, "as_of": as_of}))


def revoke_grant(grant_id: str, *, reason: str) -> Flow[Grant]:
    """End a grant now. Who holds it is told why."""
    return (yield calls.revoke_grant(grant_id, reason))


def extend_grant(grant_id: str, *, days: int | None = None) -> Flow[AccessRequest]:
    """Ask for the same again. The grant stays as it is until the new one is there."""
    return (yield calls.extend_grant(grant_id, days))


def purposes() -> Flow[list[Purpose]]:
    """The registered reasons for which personal data may be used, and whether each is granted for today."""
    return (yield calls.purposes())


def me() -> Flow[dict[str, Any]]:
    """Who asks, and what the token may do."""
    return (yield calls.me())


def tokens() -> Flow[list[dict[str, Any]]]:
    """One's tokens, without their secrets."""
    return (yield calls.tokens())


def create_token(name: str, scopes: Iterable[str], days: int = 90) -> Flow[dict[str, Any]]:
    """A new token. Its `secret` is told this once."""
    return (yield calls.create_token(name, scopes, days))


def revoke_token(token_id: str) -> Flow[None]:
    """End a token."""
    yield calls.revoke_token(token_id)


def told_in(lines: Iterable[str]) -> Iterator[Operation]:
    """What a stream of server-sent events says, line by line."""
    return (calls.parse_operation(line.removeprefix("data:")) for line in lines if line.startswith("data:"))


def _numbered(reference: str) -> Flow[tuple[str, int]]:
    key, number = split(reference)
    return key, (yield calls.feature(key)).version if number is None else number
