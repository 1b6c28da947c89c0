"""Which one thing is to blame for each breach."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.urls import reverse

from monitoring.kinds import KINDS
from monitoring.models import Breach, Incident
from registry.breaking import Cause, witness
from registry.models import Connection, FeatureView, Source

NOUNS = {"table": "Table", "job": "Job", "view": "View"}


def causes_of(breaches: Iterable[Breach], known: Mapping[str, Cause]) -> dict[int, Cause]:
    """By breach. A store, or a job, is its own cause; what happens to a view is blamed on what broke upstream of it, or
    on the table it reads, or on itself."""
    held = list(breaches)
    found = {one.pk: known[one.subject] for one in held if one.subject in known}
    stores = Connection.objects.in_bulk({one.connection_id for one in held if one.connection_id})
    found |= {one.pk: _of_store(stores[one.connection_id]) for one in held if one.connection_id}
    return found | _of_views([one for one in held if one.pk not in found and one.view_id])


def _of_store(connection: Connection) -> Cause:
    return Cause("store", f"store:{connection.pk}", connection.name, connection.get_absolute_url())


def _of_views(breaches: Collection[Breach]) -> dict[int, Cause]:
    if not breaches:
        return {}
    live = Breach.objects.live().filter(view__isnull=False).values_list("view", "kind", "subject")
    in_trouble = {int(view) for view, _, _ in live if view}
    numbers = {one.pk: int(one.view_id) for one in breaches if one.view_id}
    views = _views(in_trouble | {*numbers.values()})
    late = {int(view) for view, kind, subject in live if view and _is_of_table(views[view], kind, subject)}
    asked = {numbers[one.pk] for one in breaches if KINDS[one.kind].walks_up}
    upstream = witness().causes(asked, late_tables=late, late=in_trouble)
    return {pk: _chosen(views[view], upstream.get(view), late) for pk, view in numbers.items()}


def _views(ids: Collection[int]) -> dict[int, FeatureView]:
    rows = FeatureView.objects.select_related("project", "source__batch_source")
    return rows.defer("definition", "digest").in_bulk(ids)


def _is_of_table(view: FeatureView, kind: str, subject: str) -> bool:
    """Whether it is the table that is late, and not only what is served from it."""
    if kind == "unreadable":
        return subject.endswith(" source")
    limit, until, read_at = view.freshness_limit, view.source_until, view.source_read_at
    if kind != "freshness" or limit is None or read_at is None:
        return False
    return until is None or read_at - until > limit


def _chosen(view: FeatureView, upstream: Cause | None, late: Collection[int]) -> Cause:
    if upstream is not None:
        return upstream
    table = table_of(view)
    if view.pk in late and table is not None:
        url = reverse("registry:source", args=[view.project.name, table.name])
        return Cause("table", f"source:{table.pk}", table.location or table.name, url)
    return Cause("view", f"view:{view.pk}", view.key, view.get_absolute_url())


def table_of(view: FeatureView) -> Source | None:
    return (view.source.batch_source or view.source) if view.source else None


def part_of_store(name: str, breach: Breach) -> str:
    """Online store of Demo Feast."""
    return f"{breach.subject.split(' ', 2)[2].capitalize()} of {name}"


def title_of(cause: Cause, breach: Breach) -> str:
    """What is wrong, in a sentence without a full stop."""
    says = KINDS[breach.kind].says
    if cause.kind == "store":
        return f"{part_of_store(cause.name, breach)} {says}"
    is_its_own = cause.key in {f"view:{breach.view_id}", breach.subject.replace(" ", ":", 1)}
    if not is_its_own:
        is_said_of_tables = cause.kind == "table" and breach.kind in {"freshness", "unreadable"}
        says = says if is_said_of_tables else "failed" if cause.kind == "job" else "is late or wrong"
    return f"{NOUNS[cause.kind]} {cause.name} {says}"[:300]


def columns_of(cause: Cause, breach: Breach) -> dict[str, Any]:
    """What an incident keeps of its cause."""
    kind, _, number = cause.key.partition(":")
    return {
        "cause_kind": cause.kind, "cause_key": cause.key, "cause_name": cause.name, "cause_url": cause.url,
        "title": title_of(cause, breach), "way": [asdict(step) for step in cause.way], "kind": breach.kind,
        "view_id": int(number) if kind == "view" else None, "connection_id": int(number) if kind == "store" else None,
    }  # fmt: skip


def hit_by(incident: Incident, breaches: Iterable[Breach]) -> set[int]:
    """Views that the incident hits: those of its breaches, and all that are made from its cause."""
    held = list(breaches)
    found = {one.view_id for one in held if one.view_id}
    if incident.connection_id is None:
        below = FeatureView.objects.present().filter(pk__in=witness().below(incident.cause_key))
        return found | set(below.values_list("pk", flat=True))
    views = FeatureView.objects.present().filter(connection=incident.connection_id)
    if all(one.subject.endswith(("online store", "serving")) for one in held):
        views = views.filter(is_online=True)
    return found | set(views.values_list("pk", flat=True))
