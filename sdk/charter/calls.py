"""Every call to Charter, without the calling: what to send, and what the answer means. Sync and async share these."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

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

Answer = TypeVar("Answer")
MOST_ROWS = 200  # of a page
_ESCAPES = {"%": "%25", "/": "%2F", "\\": "%5C"}  # a per cent sign first: the others make some


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One request. `parse` makes the answer of what JSON said; `as_text` gives it the text instead.

    With `tells_tag`, JSON says its entity tag too, as `etag`. An
    `is_impatient` call is tried once and waits for seconds at most: a service waits for it.
    """

    method: str
    path: str
    parse: Callable[[Any], Answer]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    as_text: bool = False
    streams: bool = False
    tells_tag: bool = False
    is_impatient: bool = False
    base: str = "/api/v1"

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does it once."""
        return self.method != "POST" or "Idempotency-Key" in self.headers


def segment(name: str) -> str:
    """A name as one part of a path, as Charter expects it: servers decode %2F before they look at the path, so a slash
    is written twice-encoded."""
    for char, escape in _ESCAPES.items():
        name = name.replace(char, escape)
    return "%2E" * len(name) if name in {".", ".."} else quote(name, safe=":@")


def split(reference: str) -> tuple[str, int | None]:
    """`project.view.feature@2` is the key and 2; without a number it is the current version."""
    key, _, number = reference.rpartition("@")
    return (key, int(number.removeprefix("v"))) if key and number.removeprefix("v").isdigit() else (reference, None)


def search(text: str, limit: int) -> Call[list[Found]]:
    query = {"q": text, "limit": limit}
    return Call("GET", "/features", lambda said: [Found(**one) for one in said["data"]], query)


def feature(reference: str) -> Call[Feature]:
    return Call("GET", f"/features/{segment(reference)}", lambda said: Feature(**said))


def version(key: str, number: int) -> Call[Version]:
    return Call("GET", _version(key, number), lambda said: Version(**said))


def can_retire(key: str, number: int) -> Call[CanRetire]:
    return Call("GET", f"{_version(key, number)}/can-retire", lambda said: CanRetire(**said))


def difference(key: str, number: int, against: int) -> Call[list[dict[str, Any]]]:
    return Call("GET", f"{_version(key, number)}/diff", lambda said: said["data"], {"against": against})


def register(view: str, name: str, terms: Mapping[str, Any]) -> Call[Feature]:
    return _post("/features", {"view": view, "name": name, **terms}, lambda said: Feature(**said))


def draft(key: str, terms: Mapping[str, Any]) -> Call[Version]:
    return _post(f"/features/{segment(key)}/versions", dict(terms), lambda said: Version(**said))


def publish(key: str, number: int) -> Call[Version]:
    return _post(f"{_version(key, number)}/publish", {}, lambda said: Version(**said))


def deprecate(key: str, number: int, sunset: str, reason: str, replacement: str | None) -> Call[dict[str, Any]]:
    body = {"sunset_on": sunset, "reason": reason} | ({"replacement": replacement} if replacement else {})
    return Call("PUT", f"{_version(key, number)}/deprecation", dict, body=body, headers={"If-Match": "*"})


def announce(reference: str, said: Mapping[str, Any]) -> Call[Deprecation]:
    return _post("/deprecations", {"version": reference, **said}, lambda told: Deprecation(**told))


def announce_many(said: Mapping[str, Any], dry_run: bool) -> Call[list[Announced]]:
    query = {"dry_run": "true"} if dry_run else {}
    path = "/deprecations/batch-announce"
    return Call("POST", path, lambda told: [Announced(**one) for one in told["data"]], query, dict(said), _once())


def deprecations(filters: Mapping[str, Any]) -> Call[list[Deprecation]]:
    query = {"limit": MOST_ROWS} | {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/deprecations", lambda said: [Deprecation(**one) for one in said["data"]], query)


def scorecard(filters: Mapping[str, Any]) -> Call[Scorecard]:
    query = {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/scorecard", lambda said: Scorecard(**said), query)


def attest(said: Mapping[str, Any]) -> Call[Attestation]:
    return Call("POST", "/attestations", lambda made: Attestation(**made), body=dict(said), headers=_once())


def report_run(event: Mapping[str, Any]) -> Call[None]:
    """The same event is kept once, however often it is sent."""
    return Call("POST", "/lineage", lambda _: None, body=dict(event), headers=_once())


def rights_found(filters: Mapping[str, Any]) -> Call[list[RightFound]]:
    query = {"limit": MOST_ROWS} | {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/grants/verify", lambda said: [RightFound(**one) for one in said["data"]], query)


def deprecation(deprecation_id: str) -> Call[Deprecation]:
    query = {"expand": "readers,extensions,brownouts"}
    return Call("GET", f"/deprecations/{segment(deprecation_id)}", lambda said: Deprecation(**said), query)


def answer_deprecation(deprecation_id: str, what: str, said: Mapping[str, Any]) -> Call[Deprecation]:
    """`what` is acknowledge, extensions or remind."""
    path = f"/deprecations/{segment(deprecation_id)}/{what}"
    return _post(path, dict(said), lambda told: Deprecation(**told))


def keep(key: str, number: int) -> Call[None]:
    return Call("DELETE", f"{_version(key, number)}/deprecation", lambda _: None)


def retire(key: str, number: int, reason: str) -> Call[Version]:
    return _post(f"{_version(key, number)}/retire", {"reason": reason}, lambda said: Version(**said))


def request_access(said: Mapping[str, Any], dry_run: bool) -> Call[AccessRequest]:
    query = {"dry_run": "true"} if dry_run else {}
    return Call("POST", "/access-requests", lambda told: AccessRequest(**told), query, dict(said), _once())


def take_access(said: Mapping[str, Any]) -> Call[AccessRequest]:
    return _post("/access-requests/emergency", dict(said), lambda told: AccessRequest(**told))


def access_requests(filters: Mapping[str, Any]) -> Call[list[AccessRequest]]:
    query = {"limit": MOST_ROWS} | _asked(filters)
    return Call("GET", "/access-requests", lambda said: [AccessRequest(**one) for one in said["data"]], query)


def access_request(request_id: str) -> Call[AccessRequest]:
    query = {"expand": "items,decisions,comments"}
    path = f"/access-requests/{segment(request_id)}"
    return Call("GET", path, lambda said: AccessRequest(**said), query, tells_tag=True)


def decide(request_id: str, said: Mapping[str, Any], etag: str) -> Call[AccessRequest]:
    """`etag` names the state that was read."""
    path, headers = f"/access-requests/{segment(request_id)}/decisions", _once() | {"If-Match": etag}
    return Call("POST", path, lambda told: AccessRequest(**told), body=dict(said), headers=headers)


def change_request(request_id: str, said: Mapping[str, Any], etag: str) -> Call[AccessRequest]:
    path, headers = f"/access-requests/{segment(request_id)}", {"If-Match": etag}
    return Call("PATCH", path, lambda told: AccessRequest(**told), body=dict(said), headers=headers)


def take_back(request_id: str, decision: int) -> Call[AccessRequest]:
    path = f"/access-requests/{segment(request_id)}/decisions/{decision}"
    return Call("DELETE", path, lambda told: AccessRequest(**told))


def of_request(request_id: str, what: str, said: Mapping[str, Any]) -> Call[AccessRequest]:
    """`what` is withdraw or review."""
    return _post(f"/access-requests/{segment(request_id)}/{what}", dict(said), lambda told: AccessRequest(**told))


def comment(request_id: str, text: str) -> Call[dict[str, Any]]:
    return _post(f"/access-requests/{segment(request_id)}/comments", {"text": text}, dict)


def inbox() -> Call[Inbox]:
    return Call("GET", "/me/inbox", lambda said: Inbox(**said))


def grants(filters: Mapping[str, Any]) -> Call[list[Grant]]:
    query = {"limit": MOST_ROWS} | _asked(filters)
    return Call("GET", "/grants", lambda said: [Grant(**one) for one in said["data"]], query)


def revoke_grant(grant_id: str, reason: str) -> Call[Grant]:
    return _post(f"/grants/{segment(grant_id)}/revoke", {"reason": reason}, lambda said: Grant(**said))


def extend_grant(grant_id: str, days: int | None) -> Call[AccessRequest]:
    body = {} if days is None else {"days": days}
    return _post(f"/grants/{segment(grant_id)}/extend", body, lambda said: AccessRequest(**said))


def purposes() -> Call[list[Purpose]]:
    return Call("GET", "/purposes", lambda said: [Purpose(**one) for one in said["data"]], {"limit": MOST_ROWS})


def check(consumer: str | None, features: Iterable[str] | None, **about: str) -> Call[Check]:
    """`about` narrows which grants count: purpose, environment."""
    body: dict[str, Any] = {name: value for name, value in about.items() if value}
    body |= {"consumer": consumer} if consumer else {}
    body |= {"features": list(features)} if features else {}
    return Call("POST", "/features/check", lambda said: Check(**said), body=body, headers=_once())


def evaluate(questions: Iterable[Mapping[str, Any]], *, is_impatient: bool = False) -> Call[list[Evaluation]]:
    """At most a hundred, each as AuthZEN writes it. Asking changes nothing, so it may be sent again."""
    return Call(
        "POST", "/access/v1/evaluations", lambda said: [Evaluation(**one) for one in said["evaluations"]],
        body={"evaluations": [dict(one) for one in questions]}, headers=_once(), is_impatient=is_impatient, base="",
    )  # fmt: skip


def declare(consumer: str, features: Iterable[str], reason: str) -> Call[dict[str, Any]]:
    path = f"/consumers/{segment(consumer)}/features"
    return Call("PUT", path, dict, body={"features": list(features), "reason": reason})


def register_consumer(kind: str, name: str, facts: Mapping[str, Any]) -> Call[dict[str, Any]]:
    return _post("/consumers", {"kind": kind, "name": name, **facts}, dict)


def report_usage(events: list[dict[str, Any]], *, is_impatient: bool = False) -> Call[dict[str, Any]]:
    """Each event has an id of its own, so sending a batch again counts it once."""
    return Call(
        "POST", "/usage-events", dict, body={"events": events}, headers=_once(), is_impatient=is_impatient
    )  # fmt: skip


def plan(
    files: Iterable[tuple[str, str]], source: str, commit: str, takes_over: bool, dry_run: bool
) -> Call[Plan]:  # fmt: skip
    body = {
        "files": [{"path": path, "text": text} for path, text in files], "source": source, "commit": commit,
        "takes_over": takes_over,
    }  # fmt: skip
    query = {"dry_run": "true"} if dry_run else {}
    return Call("POST", "/plans", lambda said: Plan(**said), query, body, _once())


def apply(plan_id: str) -> Call[Plan]:
    return _post(f"/plans/{segment(plan_id)}/apply", {}, lambda said: Plan(**said))


def approve(plan_id: str, party: str, note: str) -> Call[Plan]:
    return _post(f"/plans/{segment(plan_id)}/approve", {"party": party, "note": note}, lambda said: Plan(**said))


def export(project: str, view: str, form: str) -> Call[str]:
    query = {"format": form} | ({"project": project} if project else {}) | ({"view": view} if view else {})
    return Call("GET", "/export", str, query, as_text=True)


def bundle(consumer: str, tag: str = "") -> Call[dict[str, str] | None]:
    """None when the bundle is still the one of this entity tag. The answer has its own tag as `etag`."""
    headers = {"If-None-Match": tag} if tag else {}
    path = f"/defaults/bundles/{segment(consumer)}"
    return Call("GET", path, lambda said: said, headers=headers, tells_tag=True, is_impatient=True)


def signature_keys() -> Call[dict[str, dict[str, Any]]]:
    return Call("GET", "/defaults/keys", dict, is_impatient=True)


def defaults(features: Iterable[str]) -> Call[list[dict[str, Any]]]:
    body = {"features": list(features)}
    return Call("POST", "/defaults/batch-get", lambda said: said["data"], body=body, headers=_once())


def health(filters: Mapping[str, Any]) -> Call[list[dict[str, Any]]]:
    query = {"limit": MOST_ROWS} | {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/health", lambda said: said["data"], query)


def feature_health(key: str) -> Call[dict[str, Any]]:
    return Call("GET", f"/features/{segment(key)}/health", dict)


def incidents(filters: Mapping[str, Any]) -> Call[list[Incident]]:
    query = {"limit": MOST_ROWS} | {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/incidents", lambda said: [Incident(**one) for one in said["data"]], query)


def incident(incident_id: str) -> Call[Incident]:
    query = {"expand": "breaches,hits,events"}
    return Call("GET", _incident(incident_id), lambda said: Incident(**said), query)


def act_on_incident(incident_id: str, what: str, said: Mapping[str, Any]) -> Call[Incident]:
    """`what` is ack, resolve, mute, reassign or note."""
    return _post(f"{_incident(incident_id)}/{what}", dict(said), lambda told: Incident(**told))


def lineage(node: str, direction: str, depth: int, level: str) -> Call[Lineage]:
    query = {"node": node, "direction": direction, "depth": depth, "level": level}
    return Call("GET", "/lineage/graph", lambda said: Lineage(**said), query)


def impact(node: str, column: str, depth: int) -> Call[Impact]:
    query = {"node": node, "depth": depth} | ({"column": column} if column else {})
    return Call("GET", "/lineage/impact", lambda said: Impact(**said), query)


def events(after: str, limit: int) -> Call[Events]:
    query = {"limit": limit} | ({"after": after} if after else {})
    return Call("GET", "/events", lambda said: Events(**said), query)


def audit_export(form: str, filters: Mapping[str, Any]) -> Call[None]:
    """A file, larger than memory perhaps: whoever sends this reads it part by part."""
    query = {"format": form} | {name: value for name, value in filters.items() if value is not None}
    return Call("GET", "/audit-log/export", lambda _: None, query, headers={"Accept": "*/*"})


def audit_verification() -> Call[dict[str, Any]]:
    return Call("GET", "/audit-log/verification", dict)


def connections() -> Call[list[Connection]]:
    return Call("GET", "/connections", lambda said: [Connection(**one) for one in said["data"]], {"limit": MOST_ROWS})


def start_parity(asked: Mapping[str, Any]) -> Call[Parity]:
    body = {name: value for name, value in asked.items() if value is not None}
    return _post("/parity", body, lambda said: Parity(**said))


def parity(reference: str) -> Call[Parity]:
    return Call("GET", f"/parity/{segment(reference)}", lambda said: Parity(**said), {"expand": "features"})


def report_evidently(view: str, report: Mapping[str, Any], by: str, at: str | None) -> Call[dict[str, Any]]:
    told = {"view": view, "report": report} | ({"at": at} if at else {})
    return _post("/metrics", {"by": by, "evidently": told}, dict)


def migration(consumer: str) -> Call[dict[str, Any]]:
    return Call("GET", f"/consumers/{segment(consumer)}/migration", dict)


def pull(connection: str, kind: str) -> Call[Operation]:
    return _post(f"/connections/{segment(connection)}/pull", {"kind": kind}, lambda said: Operation(**said))


def operations(limit: int) -> Call[list[Operation]]:
    return Call("GET", "/operations", lambda said: [Operation(**one) for one in said["data"]], {"limit": limit})


def operation(reference: str) -> Call[Operation]:
    return Call("GET", _operation(reference), lambda said: Operation(**said))


def operation_events(reference: str) -> Call[Operation]:
    """A stream of server-sent events; `parse_operation` reads the data of each."""
    return Call("GET", f"{_operation(reference)}/events", lambda said: Operation(**said), streams=True)


def parse_operation(data: str) -> Operation:
    return Operation.model_validate_json(data.strip())


def tokens() -> Call[list[dict[str, Any]]]:
    return Call("GET", "/tokens", lambda said: said["data"], {"limit": MOST_ROWS})


def create_token(name: str, scopes: Iterable[str], days: int) -> Call[dict[str, Any]]:
    return _post("/tokens", {"name": name, "scopes": list(scopes), "days": days}, dict)


def revoke_token(token_id: str) -> Call[None]:
    return Call("DELETE", f"/tokens/{segment(token_id)}", lambda _: None)


def me() -> Call[dict[str, Any]]:
    return Call("GET", "/me", dict)


def _asked(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Those that say something, as a query has them."""
    said = {name: value for name, value in filters.items() if value not in (None, "")}
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in said.items()}


def _incident(reference: str) -> str:
    return f"/incidents/{segment(reference)}"


def _operation(reference: str) -> str:
    return f"/operations/{segment(reference)}"


def _version(key: str, number: int) -> str:
    return f"/features/{segment(key)}/versions/{number}"


def _post(path: str, body: Any, parse: Callable[[Any], Answer]) -> Call[Answer]:
    return Call("POST", path, parse, body=body, headers=_once())


def _once() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}
