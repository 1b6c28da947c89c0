"""What a team keeps whose features live in PostgreSQL: a table, a query, and a table of people. Feast reads this."""

from datetime import timedelta

from feast import Entity, FeatureService, FeatureView, Field
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Array, Bool, Float32, Float64, Int64, String
from feast.value_type import ValueType

origin = Entity(name="origin", join_keys=["origin"], value_type=ValueType.STRING, description="Airport of departure")
flight = Entity(name="flight", join_keys=["flight_id"], value_type=ValueType.STRING, description="Flight number")
route = Entity(name="route", join_keys=["route"], value_type=ValueType.STRING, description="Pair of airports")
customer = Entity(name="customer", join_keys=["customer_id"], value_type=ValueType.STRING, description="Traveller")

legs = FeatureView(
    name="flight_legs",
    entities=[flight],
    ttl=timedelta(days=30),
    schema=[
        Field(name="flight_id", dtype=String),
        Field(name="tail_number", dtype=String),
        Field(name="dep_delay_min", dtype=Int64),
        Field(name="arr_delay_min", dtype=Int64),
        Field(name="was_cancelled", dtype=Bool),
    ],
    source=PostgreSQLSource(name="flight_legs_table", table="marts.flight_legs", timestamp_field="event_timestamp"),
    tags={"schedule": "hourly"},
    owner="delay-features@example.org",
)
weather = FeatureView(
    name="origin_weather",
    entities=[origin],
    ttl=timedelta(days=30),
    schema=[
        Field(name="origin", dtype=String),
        Field(name="temperature_f", dtype=Float64),
        Field(name="wind_gust_mph", dtype=Float64),
        Field(name="pressure_mb", dtype=Float64),
    ],
    source=PostgreSQLSource(
        name="origin_weather_query",
        query="SELECT observed_at, origin, temp, wind_gust, pressure FROM marts.origin_weather WHERE origin <> 'LGA'",
        timestamp_field="observed_at",
        field_mapping={"temp": "temperature_f", "wind_gust": "wind_gust_mph", "pressure": "pressure_mb"},
    ),
    tags={"schedule": "hourly"},
)
profile = FeatureView(
    name="route_delay_profile",
    entities=[route],
    ttl=timedelta(days=30),
    schema=[
        Field(name="route", dtype=String),
        Field(
            name="delay_profile",
            dtype=Array(Float32),
            vector_index=True,
            vector_length=24,
            vector_search_metric="cosine",
        ),
        Field(name="busiest_hour", dtype=Int64),
    ],
    source=PostgreSQLSource(
        name="route_delay_profile_table", table="marts.route_delay_profile", timestamp_field="event_timestamp"
    ),
)
contact = FeatureView(
    name="customer_contact",
    entities=[customer],
    ttl=timedelta(days=30),
    schema=[
        Field(name="customer_id", dtype=String),
        Field(name="email", dtype=String, tags={"pii": "direct_identifier"}),
        Field(name="mobile_phone", dtype=String),
    ],
    source=PostgreSQLSource(
        name="customer_contact_table", table="marts.customer_contact", timestamp_field="event_timestamp"
    ),
    tags={"pii": "true"},
)
predictor = FeatureService(name="delay_predictor", features=[legs[["dep_delay_min"]], weather])
