"""A report of Evidently as reports of one view: its columns are features by their names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.evidently.report import read_report
from connectors.records import ConnectorError
from monitoring.actions.reporting import Report
from registry.actions.action import invalid
from registry.choices import Health
from registry.models import Feature, FeatureView
from registry.told import ToldCount

MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class ToldByEvidently:
    """What is kept of it, and the columns that are no features of the view."""

    reports: list[Report]
    rows: int | None
    counts: list[ToldCount]
    left_out: list[str]


def told_by_evidently(view: FeatureView, report: Mapping[str, Any]) -> ToldByEvidently:
    """Raises ValidationError where nothing in it can be read."""
    try:
        found = read_report(report)
    except ConnectorError as error:
        raise invalid(evidently=f"{error} {error.fix}") from error
    names = set(Feature.objects.present().filter(view=view).values_list("name", flat=True))
    reports = [
        Report(one.column, one.name, Health(one.state), one.value, one.limit)
        for one in found.checks
        if one.column in {"", *names}
    ]
    columns = {one.column for one in found.checks} | found.nulls.keys() | found.distinct.keys()
    if not reports and found.rows is None and not columns & names:
        raise invalid(evidently=f"It says nothing of {view.key}: no column of it is a feature of the view.")
    counts = [ToldCount(name, found.nulls.get(name), found.distinct.get(name)) for name in sorted(columns & names)]
    told = [one for one in counts if one.nulls is not None or one.distinct is not None]
    return ToldByEvidently(reports, found.rows, told, sorted(columns - names - {""})[:MOST_NAMED])
