"""What the registry itself knows of lineage: tables feed views, views feed views, and consumers read features."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from uuid import UUID

from django.db.models import Prefetch

from lineage.models import NodeKind
from lineage.naming import Name, source_name, table_of, view_name
from lineage.openlineage.links import INFERRED, ColumnLink
from lineage.openlineage.names import dataset_id, node_id
from registry.choices import VersionState, ViewKind
from registry.models import Consumer, Feature, FeatureView, Project, Source, Usage

# Payloads of requests are no place where data lies.
_NOWHERE = {"request"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class KnownNode:
    """A node that the registry knows, with the row it stands for."""

    id: UUID
    kind: str
    name: Name
    view_id: int | None = None
    consumer_id: int | None = None
    source_id: int | None = None


@dataclass(slots=True)
class Told:
    """What is told of one view or consumer: its sources, on the level of nodes and of columns."""

    teller: UUID
    target: UUID
    sources: set[UUID] = field(default_factory=set)
    columns: set[ColumnLink] = field(default_factory=set)


@dataclass(slots=True)
class Facts:
    """All that the registry knows of one project."""

    nodes: dict[UUID, KnownNode]
    told: list[Told]
    views: dict[str, UUID]  # by the names that the store knows them under
    sources: dict[str, UUID]
    services: dict[str, UUID]


def facts_of(project: Project) -> Facts:
    facts = Facts({}, [], {}, {}, {})
    for view in _views(project):
        _add_view(facts, view)
    for consumer in _consumers(project):
        _add_consumer(facts, project, consumer)
    facts.told += _reads(project)
    return facts


def view_node(view: FeatureView) -> UUID:
    return dataset_id(*view_name(view))


def _consumer_name(kind: str, name: str, project: str | None) -> Name:
    """Consumers of two projects may have one name."""
    return "charter", f"{kind}:{project}/{name}" if project else f"{kind}:{name}"


def _views(project: Project) -> Iterator[FeatureView]:
    features = Feature.objects.filter(gone_at__isnull=True).exclude(state=VersionState.DRAFT).only("name", "view")
    rows = FeatureView.objects.filter(project=project).present().select_related("source__batch_source", "connection")
    upstream = Prefetch("upstream_views__features", features)
    rows = rows.prefetch_related(Prefetch("features", features), "upstream_views__project", upstream)
    return rows.order_by("pk").iterator(chunk_size=500)


def _add_view(facts: Facts, view: FeatureView) -> None:
    node = KnownNode(view_node(view), NodeKind.VIEW, view_name(view), view_id=view.pk)
    facts.nodes[node.id] = node
    facts.views[view.name] = node.id
    told = Told(registry_teller(node.id), node.id, {view_node(upstream) for upstream in view.upstream_views.all()})
    table = table_of(view)
    if table and table.kind not in _NOWHERE:
        source = _add_source(facts, view, table)
        told.sources.add(source)
        if view.kind != ViewKind.ON_DEMAND:
            told.columns = set(_columns(view, table, source, node.id))
    if view.kind == ViewKind.ON_DEMAND:
        told.columns = set(_read_columns(view, node.id))
    facts.told.append(told)


def table_name(view: FeatureView, table: Source) -> Name:
    """What the node of the view's table is called."""
    return source_name(view, table) or ("charter", f"{view.key.partition('.')[0]}/{table.name}")


def _add_source(facts: Facts, view: FeatureView, table: Source) -> UUID:
    """The node of the view's table, by the name that others use where it is known."""
    name = table_name(view, table)
    node = KnownNode(dataset_id(*name), NodeKind.DATASET, name, source_id=table.pk)
    facts.nodes[node.id] = node
    for named in filter(None, (view.source, table)):
        facts.sources[named.name] = node.id
    return node.id


def _columns(view: FeatureView, table: Source, source: UUID, target: UUID) -> Iterator[ColumnLink]:
    """Each feature comes from the column of its name, or the one that the source's field mapping renames to it."""
    column_of = {to: column for column, to in table.field_mapping.items()}
    for feature in view.features.all():
        column = str(column_of.get(feature.name, feature.name))
        yield ColumnLink(source, column, target, feature.name, True, "FEATURE", None, "")


def _read_columns(view: FeatureView, target: UUID) -> Iterator[ColumnLink]:
    """Whatever its code names of the features that it may read may be in any of its own. The code is text here."""
    words = set(_WORD.findall(view.definition))
    for upstream in view.upstream_views.all():
        source = view_node(upstream)
        named = [one.name for one in upstream.features.all() if words & {one.name, f"{upstream.name}__{one.name}"}]
        for column, feature in product(named, view.features.all()):
            yield ColumnLink(source, column, target, feature.name, True, INFERRED, None, "")


def _consumers(project: Project) -> Iterator[Consumer]:
    reads_project = Usage.objects.filter(feature__project=project, gone_at__isnull=True).values("consumer")
    rows = Consumer.objects.filter(pk__in=reads_project, gone_at__isnull=True).select_related("project")
    return rows.order_by("pk").iterator()


def _add_consumer(facts: Facts, project: Project, consumer: Consumer) -> None:
    name = _consumer_name(consumer.kind, consumer.name, consumer.project.name if consumer.project else None)
    node = KnownNode(dataset_id(*name), NodeKind.CONSUMER, name, consumer_id=consumer.pk)
    facts.nodes[node.id] = node
    if consumer.project_id == project.pk:
        facts.services[consumer.name] = node.id


def _reads(project: Project) -> list[Told]:
    """What consumers read of this project, one for each of them."""
    rows = Usage.objects.filter(
        feature__project=project, feature__gone_at__isnull=True, gone_at__isnull=True, consumer__gone_at__isnull=True
    ).values_list("consumer__kind", "consumer__name", "consumer__project__name", "feature__view__key", "feature__name")
    found: dict[UUID, Told] = {}
    for *consumer, view, feature in rows.order_by("consumer", "feature").distinct().iterator():
        target, source = dataset_id(*_consumer_name(*consumer)), dataset_id("charter", view)
        told = found.setdefault(target, Told(node_id("registry", str(project.pk), str(target)), target))
        told.sources.add(source)
        told.columns.add(ColumnLink(source, feature, target, "", True, "READ", None, ""))
    return list(found.values())


def registry_teller(node: UUID) -> UUID:
    """Who says what the registry says: nobody that events could be."""
    return node_id("registry", "", str(node))
