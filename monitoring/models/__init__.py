"""What was measured and what came of it, one noun a file."""

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

__all__ = [
    "ONGOING", "Breach", "BreachState", "CauseKind", "FeatureMeasurement", "Hit", "Incident", "IncidentEvent",
    "IncidentQuerySet", "IncidentState", "Origin", "Patience", "ViewMeasurement",
]  # fmt: skip
