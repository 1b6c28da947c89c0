"""What was measured, one noun a file."""

from monitoring.models.measurements import FeatureMeasurement, Origin, ViewMeasurement

__all__ = ["FeatureMeasurement", "Origin", "ViewMeasurement"]
