"""What people fill in about serving. Rules live in the actions."""

from typing import Any, Self

from django import forms

from monitoring.models import ServingLimits
from registry.refusable import Refusable

GIB = 2**30


class ServingLimitsForm(Refusable):
    """Milliseconds and percent, as people say them; an empty field promises nothing."""

    latency_p99 = forms.FloatField(
        required=False, min_value=0.1, max_value=3_600_000, label="Latency of 99 of 100 requests, at most (ms)"
    )
    error_rate = forms.FloatField(required=False, min_value=0, max_value=100, label="Requests that may fail (%)")
    hit_rate = forms.FloatField(
        required=False, min_value=0, max_value=100, label="Values that must be found, of each view (%)"
    )
    served_bytes = forms.FloatField(
        required=False, min_value=0.000001, max_value=1_000_000_000, label="What all its views may take online (GiB)"
    )

    @classmethod
    def of(cls, limits: ServingLimits) -> Self:
        held = {
            "latency_p99": _times(limits.latency_p99, 1000), "error_rate": _times(limits.error_rate, 100),
            "hit_rate": _times(limits.hit_rate, 100), "served_bytes": _times(limits.served_bytes, 1 / GIB),
        }  # fmt: skip
        return cls(initial=held)

    def arguments(self) -> dict[str, Any]:
        """What the action takes: seconds and shares."""
        said = self.cleaned_data
        parts = {"latency_p99": 1000, "error_rate": 100, "hit_rate": 100}
        found = {name: None if said[name] is None else said[name] / part for name, part in parts.items()}
        size = said["served_bytes"]
        return found | {"served_bytes": None if size is None else round(size * GIB)}


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else round(value * factor, 6)
