"""Who hears of an incident: owners at once, readers with their next digest, programs. Each of them once.

A team is told of its own views. What everybody hears names only causes that everybody may know of.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models.functions import Coalesce
from django.utils import timezone

from monitoring import letters
from monitoring.kinds import KINDS
from monitoring.models import Breach, Incident
from registry.actions.telling import tell
from registry.choices import Visibility
from registry.models import FeatureView, Team, Usage, User
from registry.outbox.letters import Letter

MOST_KEYS = 200  # in one message to programs

Owned = Mapping[int, list[str]]  # keys of views by the team that answers for them


def tell_opened(incident: Incident, breaches: Collection[Breach]) -> None:
    """Tell each team that has not heard of it, unless it is muted; and programs of each breach."""
    tell_health("breached", incident, breaches)
    if incident.is_muted:
        return
    hit = _owned(incident.hits.values("view"))
    told = set(incident.told.values_list("pk", flat=True))
    now = _at_once(incident, breaches, hit)
    total = sum(map(len, hit.values()))
    reasons = sorted({one.reason for one in breaches if one.reason})[:5]
    for team in Team.objects.filter(pk__in=now - told).order_by("slug"):
        mine = sorted(hit.get(team.pk, []))
        letter = letters.opened(incident, mine, total - len(mine), reasons)
        _tell(incident, "opened", f"opened {team.slug}", letter, [team], views=mine)
    incident.told.add(*now - told)
    if not told and _is_public(incident):
        letter = letters.opened(incident, [], total, reasons)
        _tell(incident, "opened", "opened everybody", letter, (), everybody=True)
    _warn(incident, hit, now | told)


def _at_once(incident: Incident, breaches: Iterable[Breach], hit: Owned) -> set[int]:
    """Its owner and the owners of what is over a limit. Of a job, or a store that is nobody's, the owners of all that
    it hits: nobody else could know."""
    owner = {incident.owner_id} if incident.owner_id else set()
    numbers = {one.view_id for one in breaches if one.view_id}
    if numbers:
        return owner | set(_owned(numbers))
    is_of_a_store = incident.connection is not None and incident.connection.owner_id is not None
    return owner if is_of_a_store else owner | set(hit)


def _owned(views: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = FeatureView.objects.filter(pk__in=views).annotate(team=Coalesce("owner", "project__owner"))
    for team, key in rows.filter(team__isnull=False).order_by("key").values_list("team", "key"):
        found[team].append(key)
    return found


def _warn(incident: Incident, hit: Owned, told: set[int]) -> None:
    """Those who read what is hit, and those who own it and were not told at once: with their next digest."""
    reading = _readers(incident)
    warned = set(incident.warned.values_list("pk", flat=True))
    new = (reading.keys() | hit.keys()) - told - warned
    for team in Team.objects.filter(pk__in=new).order_by("slug"):
        consumers, views = reading.get(team.pk, (set(), set()))
        read = sorted(views | set(hit.get(team.pk, ())))
        letter = letters.upstream(incident, sorted(consumers), read, is_over=False)
        _tell(incident, "upstream", f"upstream {team.slug}", letter, [team], views=read)
    incident.warned.add(*new)


def _readers(incident: Incident) -> dict[int, tuple[set[str], set[str]]]:
    """By team, its consumers and the views that they read."""
    found: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    rows = Usage.objects.filter(
        feature__view__in=incident.hits.values("view"), gone_at__isnull=True, consumer__gone_at__isnull=True,
        consumer__team__isnull=False,
    )  # fmt: skip
    pairs = rows.order_by().values_list("consumer__team", "consumer__kind", "consumer__name", "feature__view__key")
    for team, kind, name, view in pairs.distinct():
        found[team][0].add(f"{kind}:{name}")
        found[team][1].add(view)
    return found


def tell_acknowledged(incident: Incident, actor: User) -> None:
    letter = letters.acknowledged(incident, str(actor))
    if not incident.is_muted:
        _tell(incident, "acknowledged", "acknowledged", letter, incident.told.all(), everybody=_is_public(incident))


def tell_resolved(incident: Incident) -> None:
    """Whoever was told that it began."""
    everybody = _is_public(incident)
    _tell(incident, "resolved", "resolved", letters.resolved(incident), incident.told.all(), everybody=everybody)
    for team in incident.warned.order_by("slug"):
        letter = letters.upstream(incident, (), (), is_over=True)
        _tell(incident, "upstream", f"downstream {team.slug}", letter, [team])


def tell_health(what: str, incident: Incident, breaches: Iterable[Breach]) -> None:
    """Tell programs which views went over which limit, or came back: a message for each team and kind."""
    of_kind: dict[str, set[int]] = defaultdict(set)
    for breach in breaches:
        if breach.view_id is not None:
            of_kind[breach.kind].add(breach.view_id)
    now = timezone.now()
    for kind, views in of_kind.items():
        owned = _owned(views)
        for team in Team.objects.filter(pk__in=owned):
            keys = owned[team.pk]
            data = {"incident": str(incident), "kind": kind, "count": len(keys), "views": sorted(keys)[:MOST_KEYS]}
            says = KINDS[kind].says if what == "breached" else KINDS[kind].over
            title = f"{sorted(keys)[0]}{f' and {len(keys) - 1} more' if len(keys) > 1 else ''}: {says}"
            tell(
                f"health.{what}", key=f"{incident} {what} {kind} {team.slug} {now.isoformat()}", title=title, data=data,
                letter=Letter(links=[("Open", incident.get_absolute_url())]), teams=[team],
            )  # fmt: skip


def _tell(
    incident: Incident, what: str, key: str, letter: Letter, teams: Iterable[Team], *, everybody: bool = False,
    views: Collection[str] = (),
) -> None:  # fmt: skip
    begun = "" if what in {"opened", "upstream"} else "Over: " if what == "resolved" else "Acknowledged: "
    owner = incident.owner
    data = {
        "incident": str(incident), "state": incident.state, "cause_kind": incident.cause_kind,
        "cause": incident.cause_name, "kind": incident.kind, "owner": owner.slug if owner else None,
        "is_paging": incident.is_paging, "opened_at": incident.opened_at.isoformat(), "views": list(views)[:MOST_KEYS],
    }  # fmt: skip
    tell(
        f"incident.{what}", key=f"{incident} {key}", title=f"{begun}{incident}: {incident.title}", letter=letter,
        data=data, teams=teams, everybody=everybody, pages=incident.is_paging,
    )  # fmt: skip


def _is_public(incident: Incident) -> bool:
    """Whether everybody may know of it: it hits a view that is listed, and its cause is no other."""
    views = FeatureView.objects.filter(project__visibility=Visibility.LISTED)
    if incident.view_id is not None:
        return views.filter(pk=incident.view_id).exists()
    return views.filter(pk__in=incident.hits.values("view")).exists()
