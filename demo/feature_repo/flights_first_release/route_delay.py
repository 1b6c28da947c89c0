"""`route_delay_daily` as it was first released, three months before the anchor. ../flights holds what it became."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource
from feast.types import Float64, Int64, String
from feast.value_type import ValueType

route = Entity(
    name="route",
    join_keys=["route"],
    value_type=ValueType.STRING,
    description="Origin and destination airport, as in JFK-LAX",
    owner="delay-features@example.org",
    tags={"domain": "operations"},
)

route_delay_daily = FeatureView(
    name="route_delay_daily",
    entities=[route],
    ttl=timedelta(days=3),
    schema=[
        Field(name="route", dtype=String),
        Field(name="flights_7d", dtype=Int64, description="Flights closed in 7 days (count)"),
        Field(name="dep_delay_mean_7d", dtype=Float64, description="Mean departure delay over 7 days (minutes)"),
        Field(name="arr_delay_mean_7d", dtype=Float64, description="Mean arrival delay over 7 days (minutes)"),
        Field(name="distance_mi", dtype=Int64, description="Great-circle distance (miles)"),
    ],
    source=FileSource(
        name="route_delay_daily_file",
        path="data/flights/route_delay_daily.parquet",
        timestamp_field="event_timestamp",
        created_timestamp_column="loaded_at",
        description="Nightly aggregate of closed flights per route",
        owner="data-platform@example.org",
    ),
    description="Delay and volume per route, rebuilt each night",
    owner="delay-features@example.org",
    tags={"schedule": "daily", "tier": "1", "domain": "operations"},
)
