"""What is shown of the values of a version beside those of another: the newest profile, or why there is none."""

from dataclasses import dataclass

from common.quantities import count, figure, percent
from monitoring.models import FeatureMeasurement
from monitoring.queries import latest_profile
from registry.contracts import is_personal
from registry.models import Version
from registry.queries.evidence import absences

PERSONAL = "Not kept: this is personal data, so Charter leaves its values in the store."
LINES = ("Median", "5 % to 95 %", "Mean", "Nulls", "Distinct")


@dataclass(frozen=True, slots=True)
class Side:
    """A version, with a profile of what its store holds now, or with a sentence in its place."""

    version: Version
    profile: FeatureMeasurement | None
    why_not: str = ""

    @property
    def facts(self) -> list[str]:
        """What LINES name."""
        found = self.profile
        if found is None:
            return [figure(None)] * len(LINES)
        spread = f"{figure(found.quantiles.get('0.05'))} to {figure(found.quantiles.get('0.95'))}"
        return [
            figure(found.quantiles.get("0.5")), spread if found.quantiles else figure(None),
            figure(found.mean), percent(found.null_rate), count(found.distinct),
        ]  # fmt: skip


def side_of(version: Version) -> Side:
    """Values of personal data are not told, whatever was measured before it was called so."""
    feature = version.feature
    if is_personal(feature, version):
        return Side(version, None, PERSONAL)
    profile = latest_profile(feature)
    return Side(version, profile, "" if profile else absences(feature.view, feature)["source"])
