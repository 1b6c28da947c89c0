"""The files that views of flights are computed from. One SELECT in demo/sources makes each of them."""

from feast import Field, FileSource, PushSource, RequestSource
from feast.types import Int64

NIGHTLY = {"layer": "gold", "schedule": "daily"}


def flights_file(name: str, description: str, **options: object) -> FileSource:
    """A Parquet file of the store, named after its view."""
    settings = {"timestamp_field": "event_timestamp", "owner": "data-platform@example.org", **options}
    return FileSource(name=f"{name}_file", path=f"data/flights/{name}.parquet", description=description, **settings)


origin_delay_file = flights_file(
    "origin_delay_hourly",
    "Rolling aggregate of departures per airport, one row an hour",
    created_timestamp_column="loaded_at",
    tags={"layer": "gold", "schedule": "hourly"},
)
weather_file = flights_file(
    "origin_weather_hourly",
    "Hourly airport weather as the met office delivers it, column names included",
    timestamp_field="observed_at",
    field_mapping={
        "temp": "temperature_f",
        "dewp": "dew_point_f",
        "humid": "humidity_pct",
        "wind_dir": "wind_direction_deg",
        "wind_speed": "wind_speed_mph",
        "wind_gust": "wind_gust_mph",
        "precip": "precipitation_in",
        "pressure": "pressure_mb",
        "visib": "visibility_mi",
    },
    owner="weather-desk@example.org",
    tags={"layer": "raw", "schedule": "hourly"},
)
carrier_delay_file = flights_file(
    "carrier_delay_daily",
    "Nightly aggregate of closed flights per carrier",
    created_timestamp_column="loaded_at",
    tags=NIGHTLY,
)
route_delay_file = flights_file(
    "route_delay_daily",
    "Nightly aggregate of closed flights per route",
    created_timestamp_column="loaded_at",
    tags=NIGHTLY,
)
route_profile_file = flights_file("route_delay_profile", "Delay by hour of day per route, rebuilt each Sunday")
flight_legs_file = flights_file("flight_legs", "One row per leg from LaGuardia, as it ended")
tail_utilisation_file = flights_file("tail_utilisation_daily", "Nightly aggregate per aircraft", tags=NIGHTLY)
plane_profile_file = flights_file("plane_profile", "Aircraft register, delivered weekly", owner="fleet@example.org")
airport_reference_file = flights_file("airport_reference", "Airports served from New York")
carrier_info_file = flights_file("carrier_info", "", owner="")

departure_push = PushSource(
    name="departure_push",
    batch_source=flights_file("departure_board", "Archive of the departure stream, written each night"),
    description="Every departure as it happens, pushed by the tower feed",
    owner="tower-feed@example.org",
    tags={"layer": "stream"},
)
label_push = PushSource(
    name="arrival_label_push",
    batch_source=flights_file("arrival_labels", "Labels from the on-time report"),
    description="Labels as the on-time report publishes them",
    owner="delay-features@example.org",
)
itinerary_request = RequestSource(
    name="itinerary_request",
    schema=[
        Field(name="connection_minutes", dtype=Int64, description="Time between the two flights (minutes)"),
        Field(name="party_size", dtype=Int64, description="Travellers on the booking (count)"),
    ],
    description="What the caller knows about the connection",
)
