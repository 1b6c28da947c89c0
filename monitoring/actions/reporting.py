"""Keeping checks that others ran, one row each, and the finding that they come to together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from common.quantities import figure
from common.statements import execute_many
from monitoring.actions.findings import forget_findings, write_findings
from monitoring.judging import Verdict, worst
from monitoring.models import Kind, Reported
from registry.choices import Health
from registry.models import Feature, FeatureView

LONGEST = 300
FORGOTTEN_AFTER = timedelta(days=35)  # a test that runs each month is repeated by then
# A run that is told twice, pushed and pulled or at its start and its end, stays as old as it was told first: incidents
# count runs.
_KEEP = """
INSERT INTO monitoring_reported AS held
  (view_id, feature_id, by, check_name, state, value, "limit", detail, at, run, url)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (view_id, feature_id, by, check_name) DO UPDATE SET state = excluded.state, value = excluded.value,
  "limit" = excluded."limit", detail = excluded.detail, run = excluded.run, url = excluded.url,
  at = CASE WHEN held.run = excluded.run AND held.run <> '' THEN least(held.at, excluded.at) ELSE excluded.at END
WHERE excluded.at >= held.at OR (held.run = excluded.run AND held.run <> '')
"""


@dataclass(frozen=True, slots=True)
class Report:
    """One check of somebody else's; of the view as a whole where `feature` is empty."""

    feature: str
    check: str
    state: Health
    value: float | None = None
    limit: float | None = None
    detail: str = ""


def keep_checks(
    view: FeatureView, features: Mapping[str, Feature], *, by: str, reports: Iterable[Report], at: datetime,
    run: str = "", url: str = "",
) -> None:  # fmt: skip
    """Keep each in the place of the one of its name, unless that is of a later run. Of personal features only the
    check and its state are kept, because a value or a text could be somebody's.
    """
    said = list(_worst_of_each(reports))
    rows = [(view.pk, *_row(features.get(one.feature), by, one), at, run[:200], url[:200]) for one in said]
    execute_many(_KEEP, sorted(rows, key=lambda row: (row[1] or 0, row[3])))
    settle(view, {features[one.feature].pk if one.feature else None for one in said})


def _worst_of_each(reports: Iterable[Report]) -> Iterable[Report]:
    """One for each name: somebody may tell of one check twice."""
    found: dict[tuple[str, str], Report] = {}
    for one in reports:
        key = one.feature, one.check[:200]
        if key not in found or worst(one.state, found[key].state) != found[key].state:
            found[key] = one
    return found.values()


def _row(feature: Feature | None, by: str, one: Report) -> tuple[Any, ...]:
    is_personal = feature is not None and feature.is_personal
    numbers = (None, None, "") if is_personal else (one.value, one.limit, one.detail[:160])
    return (feature.pk if feature else None, by[:60], one.check[:200], one.state.value, *numbers)


def settle(view: FeatureView, features: set[int | None]) -> None:
    """Write what all checks of each of these, or of the view as a whole (None), come to. As old as the newest run among
    those that decide, so that the run of somebody else does not count as another reading of what was found before.
    """
    asked = Q(feature__in=features - {None}) | (Q(feature__isnull=True) if None in features else Q(pk__in=()))
    held: dict[int | None, list[Reported]] = defaultdict(list)
    for one in Reported.objects.filter(asked, view=view).order_by("by", "check_name"):
        held[one.feature_id].append(one)
    found: dict[datetime, list[Verdict]] = defaultdict(list)
    for feature, checks in held.items():
        verdict, at = _together(view, feature, checks)
        found[at].append(verdict)
    for at, verdicts in found.items():
        write_findings(verdicts, at)
    if gone := features - held.keys():
        forget_findings(view, Kind.REPORTED, gone)


def _together(view: FeatureView, feature: int | None, checks: Sequence[Reported]) -> tuple[Verdict, datetime]:
    state = worst(*(Health(one.state) for one in checks))
    deciding = [one for one in checks if one.state == state]
    by: dict[str, list[str]] = {}
    for one in deciding:
        by.setdefault(one.by, []).append(_said(one))
    reason = "; ".join(f"{who}: {'; '.join(said)}" for who, said in by.items())
    first = deciding[0]
    verdict = Verdict(Kind.REPORTED, view.pk, feature, state, reason[:LONGEST], first.value, first.limit)
    return verdict, max(one.at for one in deciding)


def _said(one: Reported) -> str:
    value = "" if one.value is None else f" {figure(one.value)}"
    limit = "" if one.limit is None else f", limit {figure(one.limit)}"
    return f"{one.check_name}{value}{limit}{f' ({one.detail})' if one.detail else ''}"


def forget_old(now: datetime) -> list[int]:
    """Forget checks that nobody has repeated for long: they are unknown again. Returns of which views."""
    old = Reported.objects.filter(at__lt=now - FORGOTTEN_AFTER)
    found: dict[int, set[int | None]] = {}
    with transaction.atomic():
        for view, feature in old.values_list("view_id", "feature_id"):
            found.setdefault(view, set()).add(feature)
        old.delete()
        for one in FeatureView.objects.filter(pk__in=found):
            settle(one, found[one.pk])
    return list(found)
