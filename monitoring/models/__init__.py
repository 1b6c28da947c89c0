"""What was measured and what came of it, one noun a file."""

from monitoring.models.days import FeatureDay, ViewDay
from monitoring.models.drift import Against, Baseline, DriftMeasurement, Reference
from monitoring.models.findings import Finding, Kind
from monitoring.models.incidents import (
    ONGOING,
    Breach,
    BreachState,
    CauseKind,
    Hit,
    Incident,
    IncidentEvent,
    IncidentQuerySet,
    IncidentState,
    Patience,
)
from monitoring.models.measurements import FeatureMeasurement, Origin, ViewMeasurement
from monitoring.models.sampling import SampledKind
from monitoring.models.skew import SkewMeasurement

__all__ = [
    "ONGOING", "Against", "Baseline", "Breach", "BreachState", "CauseKind", "DriftMeasurement", "FeatureDay",
    "FeatureMeasurement", "Finding", "Hit", "Incident", "IncidentEvent", "IncidentQuerySet", "IncidentState", "Kind",
    "Origin", "Patience", "Reference", "SampledKind", "SkewMeasurement", "ViewDay", "ViewMeasurement",
]  # fmt: skip
