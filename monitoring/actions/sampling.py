"""Keeping what kind of personal data sampled values are of: counts, and never a value."""

from collections.abc import Sequence
from datetime import datetime

from connectors.records import ViewReading
from monitoring.models import SampledKind
from registry.choices import PERSONAL_CLASSES
from registry.models import Feature


def may_sample(feature: Feature) -> bool:
    """Not what somebody has confirmed to be personal: there is nothing left to tell."""
    return feature.privacy_class not in PERSONAL_CLASSES


def write_sampled(features: Sequence[Feature], reading: ViewReading, now: datetime) -> None:
    """Keep the kinds of a reading, and forget those of features whose values are of none now."""
    told = {feature.pk: reading.sampled[feature.name] for feature in features if feature.name in reading.sampled}
    rows = [SampledKind(feature_id=pk, **found._asdict(), sampled_at=now) for pk, found in told.items() if found.kind]
    SampledKind.objects.filter(feature__in=[pk for pk, found in told.items() if not found.kind]).delete()
    SampledKind.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["feature"],
        update_fields=["kind", "valid", "looked_at", "sampled_at"],
    )  # fmt: skip
