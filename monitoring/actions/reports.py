"""Taking over what somebody else has measured: a pipeline's tests, Evidently, a store that Charter cannot reach."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from common.quantities import figure
from monitoring.actions.findings import write_findings
from monitoring.judging import Verdict, worst
from monitoring.models import Kind
from registry.actions.action import Note, action, invalid
from registry.choices import Health
from registry.models import Feature, FeatureView, User

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Report:
    """One check of somebody else's; of the view as a whole where `feature` is empty."""

    feature: str
    check: str
    state: Health
    value: float | None = None
    limit: float | None = None
    detail: str = ""


@action("monitoring.report_checks")
def report_checks(
    view: FeatureView, note: Note, *, actor: User | None, by: str, reports: Sequence[Report], reason: str = ""
) -> int:
    """Keep what was found, in the place of what was reported of the same things before. Of personal features only the
    check and its state are kept, because a value or a text could be somebody's. Returns of how many things.
    """
    features = {one.name: one for one in Feature.objects.present().filter(view=view)}
    unknown = sorted({one.feature for one in reports} - {"", *features})
    if unknown:
        raise invalid(feature=f"{view.key} has no feature {unknown[0]}.")
    of: dict[str, list[Report]] = defaultdict(list)
    for one in reports:
        of[one.feature].append(one)
    found = [_verdict(view, features.get(name), by, mine) for name, mine in of.items()]
    states = {name or view.name: worst(*(one.state for one in mine)).value for name, mine in of.items()}
    note.change("reported", None, states)
    write_findings(found, timezone.now())
    return len(found)


def _verdict(view: FeatureView, feature: Feature | None, by: str, reports: Sequence[Report]) -> Verdict:
    state = worst(*(one.state for one in reports))
    is_personal = feature is not None and feature.is_personal
    decisive = next(one for one in reports if one.state == state)
    said = "; ".join(_said(one, is_personal) for one in reports if one.state == state)
    numbers = (None, None) if is_personal else (decisive.value, decisive.limit)
    return Verdict(Kind.REPORTED, view.pk, feature.pk if feature else None, state, f"{by}: {said}"[:LONGEST], *numbers)


def _said(one: Report, is_personal: bool) -> str:
    if is_personal:
        return one.check
    value = "" if one.value is None else f" {figure(one.value)}"
    limit = "" if one.limit is None else f", limit {figure(one.limit)}"
    return f"{one.check}{value}{limit}{f' ({one.detail})' if one.detail else ''}"
