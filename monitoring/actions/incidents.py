"""Incidents: opened by breaches, one for each cause; acknowledged, passed on, muted and written up by people; over by
themselves once everything is well again, or because somebody says so.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from common.locks import wait_for_lock
from common.statements import execute_many
from monitoring.actions.telling import tell_acknowledged, tell_health, tell_opened, tell_resolved
from monitoring.causes import causes_of, columns_of, hit_by, part_of_store
from monitoring.kinds import KINDS
from monitoring.models import Breach, BreachState, Incident, IncidentEvent, IncidentState
from registry.actions.action import Note, action, invalid, lock
from registry.breaking import Cause
from registry.choices import Tier
from registry.models import Consumer, FeatureView, Team, Usage, User

LONGEST_NOTE, LONGEST_RUNBOOK = 20_000, 1_000
MOST_LINES = 25  # of a timeline at once; more are counted
LOCK = "breaches"  # whoever holds it alone opens, joins and ends
_HIT = "INSERT INTO monitoring_hit (incident_id, view_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_BLAME = "UPDATE monitoring_breach SET incident_id = %s WHERE id = %s"


def blame(opened: Collection[Breach], known: Mapping[str, Cause]) -> None:
    """Find what is to blame for breaches that have just opened, and open an incident for each cause without one."""
    if not opened:
        return
    found = causes_of(opened, known)
    of_cause: dict[str, list[Breach]] = defaultdict(list)
    for breach in opened:
        of_cause[found[breach.pk].key].append(breach)
    ongoing = {one.cause_key: one for one in Incident.objects.ongoing().filter(cause_key__in=of_cause)}
    for key, breaches in of_cause.items():
        if key in ongoing:
            join_incident(ongoing[key], actor=None, breaches=breaches)
        else:
            open_incident(None, actor=None, cause=found[breaches[0].pk], breaches=breaches)


@action("monitoring.open_incident")
def open_incident(_none: None, note: Note, *, actor: None, cause: Cause, breaches: list[Breach]) -> Incident:
    """Its owner is told at once, readers of what it hits in their daily digest."""
    made = Incident(**columns_of(cause, breaches[0]))
    views = hit_by(made, breaches)
    made.owner, made.is_paging = _owner(made, breaches, views), _is_paging(views)
    made.save(force_insert=True)
    note.subject, note.changes = made, {"state": [None, made.state], "cause": [None, cause.key]}
    _say(made, made.title)
    _take(made, breaches, views)
    tell_opened(made, breaches)
    return made


@action("monitoring.join_incident")
def join_incident(incident: Incident, note: Note, *, actor: None, breaches: list[Breach]) -> Incident:
    """More breaches of the same cause. Whoever was told is not told again."""
    row: Incident = lock(incident)
    views = hit_by(row, breaches)
    if not row.is_paging and _is_paging(views):
        row.is_paging = True
        row.save(update_fields=["is_paging"])
    note.change("breaches", None, [str(one) for one in breaches[:MOST_LINES]])
    _take(row, breaches, views)
    tell_opened(row, breaches)
    return row


def _take(incident: Incident, breaches: Collection[Breach], views: Iterable[int]) -> None:
    for breach in breaches:
        breach.incident = incident
    execute_many(_BLAME, [(incident.pk, one.pk) for one in breaches])
    execute_many(_HIT, [(incident.pk, view) for view in sorted(views)])
    _say_each(incident, breaches, lambda one: KINDS[one.kind].says)


def _say_each(incident: Incident, breaches: Collection[Breach], says: Any) -> None:
    """A line of the timeline for each, or how many."""
    shown = list(breaches)[:MOST_LINES]
    keys = dict(FeatureView.objects.filter(pk__in={one.view_id for one in shown}).values_list("pk", "key"))
    now = timezone.now()
    IncidentEvent.objects.bulk_create(
        IncidentEvent(
            incident=incident, at=now, what=f"{keys.get(one.view_id or 0) or _name(incident, one)} {says(one)}"[:200],
            about=one.reason, view_id=one.view_id,
        )
        for one in shown
    )  # fmt: skip
    if len(breaches) > len(shown):
        _say(incident, f"And {len(breaches) - len(shown):,} more.")


def _name(incident: Incident, breach: Breach) -> str:
    return part_of_store(incident.cause_name, breach) if breach.connection_id else incident.cause_name


def _say(incident: Incident, what: str, *, actor: User | None = None, about: str = "") -> None:
    IncidentEvent.objects.create(incident=incident, actor=actor, what=what[:200], about=about)


def _owner(incident: Incident, breaches: Iterable[Breach], views: Collection[int]) -> Team | None:
    """The team of the store; else the one that answers for most of what is over its limits, or of what is hit."""
    if incident.connection is not None and incident.connection.owner is not None:
        return incident.connection.owner
    numbers = {one.view_id for one in breaches if one.view_id} or set(views)
    rows = FeatureView.objects.filter(pk__in=numbers).select_related("owner", "project__owner").only(
        "owner", "project__owner"
    )  # fmt: skip
    counted = Counter(team for view in rows if (team := view.owner or view.project.owner))
    return min(counted, key=lambda team: (-counted[team], team.slug)) if counted else None


def _is_paging(views: Collection[int]) -> bool:
    """Whether a consumer of tier 1 reads any of it, or a store says that a view of it is of tier 1."""
    readers = Consumer.objects.filter(tier=Tier.FIRST, gone_at__isnull=True)
    reads = Usage.objects.filter(consumer__in=readers, feature__view__in=views, gone_at__isnull=True)
    return reads.exists() or FeatureView.objects.filter(pk__in=views, tags__tier=str(Tier.FIRST)).exists()


def resolve_what_is_over(ended: Collection[Breach]) -> None:
    """Note what has ended, and resolve the incidents of which nothing is left."""
    of_incident: dict[int, list[Breach]] = defaultdict(list)
    for breach in ended:
        if breach.incident_id is not None:
            of_incident[breach.incident_id].append(breach)
    live = set(Breach.objects.live().filter(incident__in=of_incident).values_list("incident", flat=True))
    for incident in Incident.objects.ongoing().filter(pk__in=of_incident).order_by("pk"):
        tell_health("recovered", incident, of_incident[incident.pk])
        _say_each(incident, of_incident[incident.pk], lambda one: f"{KINDS[one.kind].over} again")
        if incident.pk not in live:
            resolve_incident(incident, actor=None)


@action("monitoring.acknowledge_incident")
def acknowledge_incident(incident: Incident, note: Note, *, actor: User) -> Incident:
    """Somebody is at it."""
    row = _ongoing(incident)
    if row.state == IncidentState.ACKNOWLEDGED:
        raise invalid(incident=f"{row.acknowledged_by} has it already.")
    note.change("state", row.state, IncidentState.ACKNOWLEDGED.value)
    row.state, row.acknowledged_at, row.acknowledged_by = IncidentState.ACKNOWLEDGED, timezone.now(), actor
    row.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
    _say(row, "Acknowledged", actor=actor)
    tell_acknowledged(row, actor)
    return row


@action("monitoring.resolve_incident")
def resolve_incident(incident: Incident, note: Note, *, actor: User | None, reason: str = "") -> Incident:
    """It is over, by itself (`actor` is None) or because somebody says so: what is still over its limits is then judged
    as if it had never been. Everybody who was told that it began is told."""
    wait_for_lock(LOCK)  # no breach may join what ends
    row = _ongoing(incident)
    note.change("state", row.state, IncidentState.RESOLVED.value)
    row.state, row.resolved_at, row.resolved_by = IncidentState.RESOLVED, timezone.now(), actor
    row.save(update_fields=["state", "resolved_at", "resolved_by"])
    row.breaches.filter(state=BreachState.OPEN).update(state=BreachState.ENDED, ended_at=row.resolved_at)
    said = "Resolved" if actor else "Resolved by itself: everything that it hit is well again"
    _say(row, said, actor=actor, about=reason.strip())
    tell_resolved(row)
    return row


@action("monitoring.mute_incident")
def mute_incident(incident: Incident, note: Note, *, actor: User, until: datetime | None) -> Incident:
    """Nobody more is told until then, but that it is over. None: go on telling."""
    row = _ongoing(incident)
    if until is not None and until <= timezone.now():
        raise invalid(until="Choose a moment that is still to come.")
    note.change("muted_until", row.muted_until, until)
    row.muted_until = until
    row.save(update_fields=["muted_until"])
    _say(row, f"Muted until {until:%Y-%m-%d %H:%M} UTC" if until else "No longer muted", actor=actor)
    return row


@action("monitoring.reassign_incident")
def reassign_incident(incident: Incident, note: Note, *, actor: User, team: Team, reason: str = "") -> Incident:
    """Give it to another team, which is told as its owner."""
    row = _ongoing(incident)
    if row.owner == team:
        raise invalid(team=f"{team.name} has it already.")
    note.change("owner", row.owner and row.owner.slug, team.slug)
    row.owner = team
    row.save(update_fields=["owner"])
    _say(row, f"Reassigned to {team.name}", actor=actor, about=reason.strip())
    tell_opened(row, list(row.breaches.filter(state=BreachState.OPEN)))
    return row


@action("monitoring.annotate_incident")
def annotate_incident(
    incident: Incident, note: Note, *, actor: User, text: str | None = None, runbook: str | None = None
) -> Incident:
    """Write down what was learnt, or where one reads what to do. Also when it is over; None leaves either as it is."""
    row: Incident = lock(incident)
    if text is not None:
        if len(text) > LONGEST_NOTE:
            raise invalid(note=f"At most {LONGEST_NOTE:,} characters.")
        note.change("note", row.note, text.replace("\r\n", "\n").strip())
        row.note = text.replace("\r\n", "\n").strip()
    if runbook is not None:
        address = runbook.strip()
        if address and not address.startswith(("https://", "http://", "/docs/")) or len(address) > LONGEST_RUNBOOK:
            raise invalid(runbook="Write a whole address, such as https://wiki.example.com/runbooks/7.")
        note.change("runbook", row.runbook, address)
        row.runbook = address
    row.save(update_fields=["note", "runbook"])
    for name in note.changes:
        _say(row, f"{name.capitalize()} changed", actor=actor)
    return row


def _ongoing(incident: Incident) -> Incident:
    row: Incident = lock(incident)
    if row.is_over:
        raise invalid(incident=f"{row} is over since {row.resolved_at:%Y-%m-%d %H:%M} UTC.")
    return row
