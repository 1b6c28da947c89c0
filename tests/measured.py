"""Measurements for tests, written the way a pull writes them."""

from datetime import datetime, timedelta

from django.utils import timezone

from connectors.records import Bin, Profile, ViewReading
from monitoring.actions.readings import write_declared, write_reading
from registry.models import FeatureView, Pull

BINS = (Bin(count=70, lower=0.0, upper=20.0), Bin(count=28, lower=20.0, upper=40.0))
QUANTILES = {0.05: 1.5, 0.5: 17.25, 0.95: 38.125}


def profile(name: str, *, nulls: int = 2, rows: int = 100) -> Profile:
    """A whole profile of a number, values included: whoever keeps it must drop what is personal."""
    return Profile(
        feature=name, rows=rows, nulls=nulls, present=rows, distinct=41, minimum=0.25, maximum=39.75, mean=18.625,
        stddev=9.5, quantiles=QUANTILES, histogram=BINS,
    )  # fmt: skip


def measure(
    view: FeatureView, *, origin: str = "source", age: timedelta = timedelta(minutes=30), at: datetime | None = None,
    nulls: int = 2, pull: Pull | None = None, sample_size: int | None = None,
) -> None:  # fmt: skip
    """One reading of the view and all its features at `at` (now); 100 rows, the newest event `age` before."""
    at = at or timezone.now()
    features = list(view.features.all())
    if origin == "declared":
        view.declared_until = at - age
        view.save()
        return write_declared(view, pull, at)
    reading = ViewReading(
        origin=origin,  # type: ignore[arg-type]
        newest_event_at=at - age,
        rows=100,
        entities=50,
        profiles=tuple(profile(feature.name, nulls=nulls) for feature in features),
        sample_size=sample_size,
        null_rate_error=0.03 if sample_size else None,
        query="SELECT count(*) FROM measured_table",
    )
    decides = origin == "source" or view.source_read_at is None
    write_reading(view, features, reading, pull=pull, now=at, sets_null_rates=decides)
    view.refresh_from_db()
    return None
