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
from monitoring.models.moves import Move
from monitoring.models.parity import Parity, ParityFeature, ParityState
from monitoring.models.reported import Reported
from monitoring.models.sampling import SampledKind
from monitoring.models.serving import ServingLimits, StoreFigure
from monitoring.models.skew import SkewMeasurement

__all__ = [
    "ONGOING", "Against", "Baseline", "Breach", "BreachState", "CauseKind", "DriftMeasurement", "FeatureDay",
    "FeatureMeasurement", "Finding", "Hit", "Incident", "IncidentEvent", "IncidentQuerySet", "IncidentState", "Kind",
    "Move", "Origin", "Parity", "ParityFeature", "ParityState", "Patience", "Reference", "Reported", "SampledKind",
    "ServingLimits", "SkewMeasurement", "StoreFigure", "ViewDay", "ViewMeasurement",
]  # fmt: skip
