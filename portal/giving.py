"""What Charter knows of views, told to a neighbour as OpenLineage. Off unless the installation names one.

Counts go out, values never; nothing of restricted projects and nothing that is a draft.
"""

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.conf import settings
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, JobEvent
from openlineage.client.facet_v2 import data_quality_metrics_input_dataset as quality
from openlineage.client.facet_v2 import tags_dataset as tagging
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport

from lineage.telling import view_event, with_all_told
from monitoring.models import FeatureMeasurement, Origin, ViewMeasurement
from registry.choices import VersionState, Visibility
from registry.models import Feature, FeatureView

log = structlog.get_logger()
SECONDS = 5.0


def give_back(*, since: datetime) -> int:
    """Tell of the views that were measured since then. Returns how many; who is away hears of the next measurement."""
    if not settings.CHARTER_OPENLINEAGE_URL:
        return 0
    client, told = _client(), 0
    for view in _measured(since):
        try:
            client.emit(_event(view))
        except Exception as error:  # noqa: BLE001  whatever the neighbour does must not stop us
            log.warning("neighbour_not_told", reason=type(error).__name__, told=told)
            break
        told += 1
    return told


def _client() -> OpenLineageClient:
    retry = {"total": 1, "allowed_methods": ["POST"], "status_forcelist": [502, 503, 504]}
    config = HttpConfig(url=settings.CHARTER_OPENLINEAGE_URL, timeout=SECONDS, retry=retry)
    if key := settings.CHARTER_OPENLINEAGE_API_KEY:
        config.auth = ApiKeyTokenProvider({"apiKey": key})
    return OpenLineageClient(transport=HttpTransport(config))


def _measured(since: datetime) -> Iterable[FeatureView]:
    listed = {"project__visibility": Visibility.LISTED}
    measured = ViewMeasurement.objects.filter(measured_at__gte=since).values("view")
    views = FeatureView.objects.present().filter(pk__in=measured, **listed).order_by("key")
    features = Feature.objects.filter(**listed).exclude(state=VersionState.DRAFT)
    return with_all_told(views, features, FeatureView.objects.filter(**listed)).iterator(chunk_size=100)


def _event(view: FeatureView) -> JobEvent:
    event = view_event(view)
    for made in event.outputs or []:
        made.facets = {**(made.facets or {}), "tags": tagging.TagsDatasetFacet(_tags(view))}
    for read in (event.inputs or [])[:1]:  # the table; what else it reads are views, which tell of themselves
        _add_quality(view, read)
    return event


def _tags(view: FeatureView) -> list[tagging.TagsDatasetFacetFields]:
    return [
        tagging.TagsDatasetFacetFields("privacy_class", feature.privacy_class, "USER", feature.name)
        for feature in view.features.all()
        if feature.privacy_class
    ]


def _add_quality(view: FeatureView, table: InputDataset) -> None:
    newest = ViewMeasurement.objects.filter(view=view, origin=Origin.SOURCE).order_by("-measured_at").first()
    if newest is None or newest.sample_size is not None:  # of a sample there are no counts to tell
        return
    rows = FeatureMeasurement.objects.filter(view=view, origin=Origin.SOURCE, measured_at=newest.measured_at)
    columns = {
        name: quality.ColumnMetrics(nullCount=nulls)
        for name, nulls in rows.filter(nulls__isnull=False).values_list("feature__name", "nulls")
    }
    at = newest.newest_event_at.isoformat() if newest.newest_event_at else None
    facet = quality.DataQualityMetricsInputDatasetFacet(columns, rowCount=newest.rows, lastUpdated=at)
    table.inputFacets = {**(table.inputFacets or {}), "dataQualityMetrics": facet}
