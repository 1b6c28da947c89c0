"""Charts of one feature and its view, as Plotly figures. Personal features have counts and nothing else.

Colours are left out: the page gives each figure those of its theme.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

from common.quantities import duration
from monitoring.models import FeatureMeasurement, Origin, ViewMeasurement

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LABELS = {
    Origin.SOURCE.value: "Source", Origin.SERVED.value: "Served", Origin.DECLARED.value: "Declared",
    Origin.TOLD.value: "Told by others",
}  # fmt: skip
GAP = 4  # times the usual distance between two measurements
_DASHES = {
    Origin.DECLARED.value: "dot", Origin.SOURCE.value: "solid", Origin.SERVED.value: "dash",
    Origin.TOLD.value: "dashdot",
}  # fmt: skip
# Ages are drawn in the largest unit in which the limit or the oldest age is more than one.
_UNITS = ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes"), (1.0, "seconds"))
QUANTILES = ("0.05", "0.5", "0.95")

Series = Mapping[str, Sequence[Any]]


def ages(series: Mapping[str, Sequence[ViewMeasurement]], limit: float | None) -> "Figure":
    """How old the newest event was at each measurement, from each origin; `limit` in seconds."""
    highest = max([point.age_seconds or 0 for points in series.values() for point in points] + [limit or 0], default=0)
    size, unit = next((step for step in _UNITS if highest > step[0]), _UNITS[-1])
    figure = _lines(series, lambda point: None if point.age_seconds is None else point.age_seconds / size)
    figure.update_yaxes(title=f"Age in {unit}", rangemode="tozero")
    return _limited(figure, limit / size if limit else None, f"limit {duration(limit)}")


def null_rates(series: Mapping[str, Sequence[FeatureMeasurement]], limit: float) -> "Figure":
    """The share of nulls in percent; where only a sample was read, with its 95 % interval as a band."""
    figure = _lines(series, lambda point: None if point.null_rate is None else point.null_rate * 100)
    for origin, points in series.items():
        sampled = [
            (point.measured_at, point.null_rate * 100, point.null_rate_error * 100)
            for point in points
            if point.null_rate_error and point.null_rate is not None
        ]
        _band(figure, sampled, f"{LABELS[origin]}, 95 % interval", bounds=(0, 100))
    figure.update_yaxes(title="Nulls in %", rangemode="tozero")
    return _limited(figure, limit * 100, "limit")


def rows(series: Mapping[str, Sequence[ViewMeasurement]]) -> "Figure":
    """How many rows the source and the online store held."""
    figure = _lines(series, lambda point: point.rows)
    figure.update_yaxes(title="Rows", rangemode="tozero")
    return figure


def levels(series: Mapping[str, Sequence[FeatureMeasurement]]) -> "Figure":
    """The mean over time, with one standard deviation either side."""
    figure = _lines(series, lambda point: point.mean)
    for origin, points in series.items():
        known = [
            (point.measured_at, point.mean, point.stddev)
            for point in points
            if point.mean is not None and point.stddev is not None
        ]
        _band(figure, known, f"{LABELS[origin]}, ± 1 standard deviation")
    figure.update_yaxes(title="Mean")
    return figure


def distribution(profile: FeatureMeasurement) -> "Figure":
    """The last histogram, with the 5th, 50th and 95th percentile as lines."""
    go = _graph_objects()
    bins, figure = profile.histogram, go.Figure(layout={"template": "none", "showlegend": False, "bargap": 0.02})
    if bins and "label" in bins[0]:
        figure.add_bar(x=[one["label"] for one in bins], y=[one["count"] for one in bins], name="Rows")
    elif bins:
        middles = [(one["lower"] + one["upper"]) / 2 for one in bins]
        widths = [one["upper"] - one["lower"] or 1 for one in bins]
        figure.add_bar(x=middles, y=[one["count"] for one in bins], width=widths, name="Rows")
        for name in QUANTILES:
            if name in profile.quantiles:
                figure.add_vline(x=profile.quantiles[name], line={"width": 1, "dash": "dot"},
                                 annotation={"text": f"p{float(name) * 100:.0f}"})  # fmt: skip
    figure.update_yaxes(title="Rows", rangemode="tozero")
    return figure


def _graph_objects() -> Any:
    """Plotly takes a tenth of a second and 30 MB to import: only processes that draw should pay."""
    import plotly.graph_objects

    return plotly.graph_objects


def _lines(series: Series, value: Callable[[Any], float | None]) -> "Figure":
    """A line for each origin that measured anything, in an order that gives each the same colour in every chart."""
    figure = _graph_objects().Figure(layout={"template": "none", "xaxis": {"type": "date"}})
    for origin in LABELS:
        points = [(point.measured_at, value(point)) for point in series.get(origin, ())]
        if any(one is not None for _, one in points):
            shown = with_gaps(points)
            figure.add_scatter(
                x=[at for at, _ in shown], y=[one for _, one in shown], name=LABELS[origin], connectgaps=False,
                mode="lines+markers" if len(points) < 40 else "lines",
                line={"dash": _DASHES[origin], "width": 1.5}, marker={"size": 4},
            )  # fmt: skip
    return figure


def across(figure: "Figure", since: datetime | None, until: datetime) -> "Figure":
    """Show the whole stretch of time that was asked for: one reading alone would otherwise fill it."""
    if since and figure.layout.xaxis.type == "date":
        figure.update_xaxes(range=[since.isoformat(), until.isoformat()])
    return figure


def with_gaps(points: Sequence[tuple[datetime, float | None]]) -> list[tuple[datetime, float | None]]:
    """With a None wherever nothing was measured for much longer than usual: a line across would invent data."""
    between = [later[0] - earlier[0] for earlier, later in pairwise(points)]
    usual = sorted(between)[len(between) // 2] if between else timedelta()
    shown = list(points[:1])
    for (earlier, _), later in pairwise(points):
        if later[0] - earlier > usual * GAP:
            shown.append((earlier + usual, None))
        shown.append(later)
    return shown


def _band(
    figure: "Figure", points: Sequence[tuple[datetime, float, float]], name: str, *,
    bounds: tuple[float, float] = (-inf, inf),
) -> None:  # fmt: skip
    """Shade from middle - spread to middle + spread, for points of (moment, middle, spread). Nothing for no points."""
    if not points:
        return
    at = [moment for moment, _, _ in points]
    low = [max(bounds[0], middle - spread) for _, middle, spread in points]
    high = [min(bounds[1], middle + spread) for _, middle, spread in points]
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=at, y=high, showlegend=False, **edge)
    # Grey is seen on either theme's ground.
    figure.add_scatter(x=at, y=low, fill="tonexty", fillcolor="rgba(127, 127, 127, 0.25)", name=name, **edge)


def _limited(figure: "Figure", limit: float | None, text: str) -> "Figure":
    if limit is not None:
        figure.add_hline(y=limit, line={"width": 1, "dash": "dash"},
                         annotation={"text": text, "xanchor": "right", "yanchor": "bottom"})  # fmt: skip
    return figure
