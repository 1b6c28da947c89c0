"""What was measured, one noun a file."""

from monitoring.models.days import FeatureDay, ViewDay
from monitoring.models.drift import Against, Baseline, DriftMeasurement, Reference
from monitoring.models.findings import Finding, Kind
from monitoring.models.measurements import FeatureMeasurement, Origin, ViewMeasurement
from monitoring.models.skew import SkewMeasurement

__all__ = [
    "Against",
    "Baseline",
    "DriftMeasurement",
    "FeatureDay",
    "FeatureMeasurement",
    "Finding",
    "Kind",
    "Origin",
    "Reference",
    "SkewMeasurement",
    "ViewDay",
    "ViewMeasurement",
]
