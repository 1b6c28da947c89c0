"""Computed at request time for travellers who may miss their connection."""

from delay_views import origin_delay_hourly, route_delay_daily
from feast import Field
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Bool, Float64
from sources import itinerary_request


@on_demand_feature_view(
    name="rebooking_risk",
    sources=[route_delay_daily, origin_delay_hourly, itinerary_request],
    # Feast 0.67 compares these with what it infers from the function, descriptions included: so they have none.
    schema=[
        Field(name="expected_arrival_delay_min", dtype=Float64),
        Field(name="slack_min", dtype=Float64),
        Field(name="is_tight", dtype=Bool),
    ],
    mode="python",
    description="How likely a connection is to be missed, from the route's past and the airport's present",
    owner="rebooking@example.org",
    tags={"tier": "1", "domain": "rebooking"},
)
def rebooking_risk(inputs: dict) -> dict:
    answer = {"expected_arrival_delay_min": [], "slack_min": [], "is_tight": []}
    for usual, late, now, minutes in zip(
        inputs["arr_delay_mean_28d"],
        inputs["arr_delay_p90_28d"],
        inputs["dep_delay_mean_6h"],
        inputs["connection_minutes"],
        strict=True,
    ):
        expected = max(usual or 0.0, now or 0.0)
        answer["expected_arrival_delay_min"].append(expected)
        answer["slack_min"].append(minutes - expected)
        answer["is_tight"].append(minutes < (late or 0.0))
    return answer
