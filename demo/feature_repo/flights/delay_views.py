"""Delays and cancellations, by airport, carrier, route and flight."""

from datetime import timedelta

from entities import carrier, flight, origin, route
from feast import FeatureView, Field, StreamFeatureView
from feast.labeling import ConflictPolicy, LabelView
from feast.types import Array, Bool, Float32, Float64, Int64, String
from sources import (
    carrier_delay_file,
    departure_push,
    flight_legs_file,
    label_push,
    origin_delay_file,
    route_delay_file,
    route_profile_file,
)

OWNER = "delay-features@example.org"

origin_delay_hourly = FeatureView(
    name="origin_delay_hourly",
    entities=[origin],
    ttl=timedelta(days=1),
    schema=[
        Field(name="origin", dtype=String),
        Field(name="flights_1h", dtype=Int64, description="Flights departed or cancelled in the hour (count)"),
        Field(name="departures_1h", dtype=Int64, description="Flights departed in the hour (count)"),
        Field(name="dep_delay_mean_6h", dtype=Float64, description="Mean departure delay over 6 hours (minutes)"),
        Field(name="dep_delay_mean_24h", dtype=Float64, description="Mean departure delay over 24 hours (minutes)"),
        Field(
            name="dep_delay_p90_24h",
            dtype=Float64,
            description="90th percentile of departure delay over 24 hours (minutes)",
        ),
        Field(
            name="late_15_rate_24h",
            dtype=Float64,
            description="Share of departures 15 minutes late or more over 24 hours (fraction)",
        ),
        Field(
            name="cancellation_rate_24h",
            dtype=Float64,
            description="Share of flights cancelled, 24 hours (fraction)",
        ),
    ],
    source=origin_delay_file,
    description="How an airport is doing right now: volume, delay and cancellations over the last hours",
    owner=OWNER,
    tags={"schedule": "hourly", "tier": "1", "domain": "operations"},
)

carrier_delay_daily = FeatureView(
    name="carrier_delay_daily",
    entities=[carrier],
    ttl=timedelta(days=3),
    schema=[
        Field(name="carrier", dtype=String),
        Field(name="flights_1d", dtype=Int64, description="Flights closed in the last day (count)"),
        Field(name="flights_7d", dtype=Int64, description="Flights closed in 7 days (count)"),
        Field(name="dep_delay_mean_7d", dtype=Float64, description="Mean departure delay over 7 days (minutes)"),
        Field(name="dep_delay_std_7d", dtype=Float64, description="Deviation of departure delay, 7 days (minutes)"),
        Field(name="arr_delay_mean_7d", dtype=Float64, description="Mean arrival delay over 7 days (minutes)"),
        Field(
            name="minutes_recovered_mean_7d",
            dtype=Float64,
            description="Delay made good in the air, mean over 7 days (minutes)",
        ),
        Field(
            name="late_15_rate_7d",
            dtype=Float64,
            description="Share of arrivals 15 minutes late or more over 7 days (fraction)",
        ),
        Field(name="cancellation_rate_7d", dtype=Float64, description="Share of flights cancelled, 7 days (fraction)"),
    ],
    source=carrier_delay_file,
    description="Punctuality per carrier, rebuilt each night",
    owner=OWNER,
    tags={"schedule": "daily", "tier": "2", "domain": "operations"},
)

route_delay_daily = FeatureView(
    name="route_delay_daily",
    entities=[route],
    ttl=timedelta(days=3),
    schema=[
        Field(name="route", dtype=String),
        Field(name="flights_7d", dtype=Int64, description="Flights closed in 7 days (count)"),
        Field(name="dep_delay_mean_7d", dtype=Float64, description="Mean departure delay over 7 days (minutes)"),
        Field(name="arr_delay_mean_28d", dtype=Float64, description="Mean arrival delay over 28 days (minutes)"),
        Field(
            name="arr_delay_p90_28d",
            dtype=Float64,
            description="90th percentile of arrival delay over 28 days (minutes)",
        ),
        Field(
            name="cancellation_rate_28d", dtype=Float64, description="Cancelled share of flights, 28 days (fraction)"
        ),
        Field(name="air_time_mean_28d", dtype=Float64, description="Mean time in the air over 28 days (minutes)"),
        Field(name="distance_mi", dtype=Int64, description="Great-circle distance (miles)"),
    ],
    source=route_delay_file,
    description="Delay and volume per route, rebuilt each night. Since its second release over 28 days",
    owner=OWNER,
    tags={"schedule": "daily", "tier": "1", "domain": "operations"},
)

route_delay_profile = FeatureView(
    name="route_delay_profile",
    entities=[route],
    ttl=timedelta(days=15),
    schema=[
        Field(name="route", dtype=String),
        Field(
            name="delay_profile",
            dtype=Array(Float32),
            description="Departure delay by scheduled local hour, 00 to 23, over 90 days, scaled to length one",
            vector_index=True,
            vector_length=24,
            vector_search_metric="cosine",
        ),
        Field(name="flights_90d", dtype=Int64, description="Flights in 90 days (count)"),
        Field(name="busiest_hour", dtype=Int64, description="Local hour with most departures (0-23)"),
        Field(name="hours_served", dtype=Int64, description="Local hours with any departure (count)"),
    ],
    source=route_profile_file,
    description="Embedding of a route's day, to find routes that suffer at the same hours",
    owner="rebooking@example.org",
    tags={"schedule": "weekly", "tier": "3", "domain": "operations"},
)

flight_legs = FeatureView(
    name="flight_legs",
    entities=[flight],
    ttl=timedelta(days=2),
    schema=[
        Field(name="flight_id", dtype=String),
        Field(name="tail_number", dtype=String, description="Aircraft that flew, null when none was assigned"),
        Field(name="destination", dtype=String, description="Airport of arrival (IATA code)"),
        Field(name="scheduled_hour", dtype=Int64, description="Scheduled local hour of departure (0-23)"),
        Field(name="distance_mi", dtype=Int64, description="Great-circle distance (miles)"),
        Field(name="dep_delay_min", dtype=Int64, description="Departure delay, null when cancelled (minutes)"),
        Field(
            name="arr_delay_min", dtype=Int64, description="Arrival delay, null when cancelled or diverted (minutes)"
        ),
        Field(name="air_time_min", dtype=Int64, description="Time in the air, null when not flown (minutes)"),
        Field(name="was_cancelled", dtype=Bool, description="True when the flight never left"),
    ],
    source=flight_legs_file,
    description="Each leg from LaGuardia as it ended. Pilot: the other two airports follow",
    owner=OWNER,
    tags={"schedule": "hourly", "tier": "2", "domain": "operations"},
)

departure_board = StreamFeatureView(
    name="departure_board",
    entities=[origin],
    ttl=timedelta(hours=6),
    schema=[
        Field(name="origin", dtype=String),
        Field(name="last_carrier", dtype=String, description="Carrier of the last departure (IATA code)"),
        Field(name="last_dep_delay_min", dtype=Int64, description="Delay of the last departure (minutes)"),
        Field(name="dep_delay_mean_30m", dtype=Float64, description="Mean departure delay over 30 minutes (minutes)"),
        Field(name="departures_30m", dtype=Int64, description="Departures in 30 minutes (count)"),
        Field(name="late_of_last_5", dtype=Int64, description="Late by 15 minutes or more among the last 5 (count)"),
    ],
    source=departure_push,
    timestamp_field="event_timestamp",
    description="The departure board, pushed at each departure",
    owner="tower-feed@example.org",
    tags={"schedule": "stream", "tier": "1", "domain": "operations"},
)

arrival_labels = LabelView(
    name="arrival_labels",
    entities=[flight],
    source=label_push,
    schema=[
        Field(name="flight_id", dtype=String),
        Field(name="arrived_late", dtype=Bool, description="True when 15 minutes late or more, null when not flown"),
        Field(name="was_diverted", dtype=Bool, description="True when it left and landed elsewhere"),
        Field(name="labeler", dtype=String, description="Who said so"),
    ],
    ttl=timedelta(days=28),
    labeler_field="labeler",
    conflict_policy=ConflictPolicy.LAST_WRITE_WINS,
    reference_feature_view="flight_legs",
    description="Training labels for the delay predictor",
    owner=OWNER,
    tags={"schedule": "hourly", "domain": "operations"},
)
