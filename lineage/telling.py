"""The registry told in OpenLineage: each feature view as a job that reads its source and writes its features.

Import it where it is needed: OpenLineage's client comes with it, which is no small thing for a web worker to hold.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from openlineage.client.event_v2 import InputDataset, Job, JobEvent, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    JobFacet,
    column_lineage_dataset,
    documentation_dataset,
    documentation_job,
    ownership_dataset,
    schema_dataset,
)
from openlineage.client.serde import Serde

from lineage.naming import Name, source_name, table_of, view_name
from registry.models import Actor, Feature, FeatureView, Source
from registry.models.features import FeatureQuerySet


def job_events(views: QuerySet[FeatureView], actor: Actor) -> Iterator[dict[str, Any]]:
    """One JobEvent a view, as plain data. The event time is when the view's definition last changed.

    Of what a view reads and holds only what `actor` sees: it may read a restricted project's view, and hold drafts.
    """
    features, upstream = Feature.objects.visible_to(actor), FeatureView.objects.visible_to(actor)
    for view in with_all_told(views, features, upstream).iterator(chunk_size=200):
        yield Serde.to_dict(view_event(view))


def with_all_told(
    views: QuerySet[FeatureView], features: FeatureQuerySet, upstream: QuerySet[FeatureView]
) -> QuerySet[FeatureView]:
    """The views with what their events tell: of these features, and of these views that they may read."""
    return views.select_related("source__batch_source", "connection", "owner").prefetch_related(
        Prefetch("features", features.present().order_by("name")), Prefetch("upstream_views", upstream.order_by("key"))
    )


def view_event(view: FeatureView) -> JobEvent:
    """A view from `with_all_told` as a job that reads its table and makes its features."""
    table = table_of(view)
    named = source_name(view, table) if table else None
    inputs = [InputDataset(*named)] if named else []
    inputs += [InputDataset(*view_name(upstream)) for upstream in view.upstream_views.all()]
    store = view.connection.slug if view.connection else "charter"
    facets: dict[str, JobFacet] = {}
    if view.description:
        facets["documentation"] = documentation_job.DocumentationJobFacet(view.description)
    return JobEvent(
        eventTime=view.changed_at.isoformat(),
        producer=settings.CHARTER_BASE_URL,
        job=Job(store, view.key, facets=facets),
        inputs=inputs,
        outputs=[OutputDataset(*view_name(view), facets=_facets(view, table, named))],
    )


def _facets(view: FeatureView, table: Source | None, named: Name | None) -> dict[str, DatasetFacet]:
    features = list(view.features.all())
    facets: dict[str, DatasetFacet] = {
        "schema": schema_dataset.SchemaDatasetFacet(
            [
                schema_dataset.SchemaDatasetFacetFields(feature.name, feature.dtype, feature.description or None)
                for feature in features
            ]
        )
    }
    if view.description:
        facets["documentation"] = documentation_dataset.DocumentationDatasetFacet(view.description)
    if view.owner:
        owner = ownership_dataset.Owner(f"team:{view.owner.slug}", "OWNER")
        facets["ownership"] = ownership_dataset.OwnershipDatasetFacet([owner])
    if table and named:
        facets["columnLineage"] = _columns(features, table, named)
    return facets


def _columns(features: list[Feature], table: Source, named: Name) -> DatasetFacet:
    """Each feature comes from the column of its name, or the one that the source's field mapping renames to it."""
    column_of = {to: column for column, to in table.field_mapping.items()}
    return column_lineage_dataset.ColumnLineageDatasetFacet(
        {
            feature.name: column_lineage_dataset.Fields(
                [column_lineage_dataset.InputField(*named, column_of.get(feature.name, feature.name))]
            )
            for feature in features
        }
    )
