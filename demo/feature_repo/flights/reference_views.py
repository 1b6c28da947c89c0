"""Weather, aircraft, airports and carriers."""

from datetime import timedelta

from entities import airport, carrier, origin, tail
from feast import FeatureView, Field
from feast.types import Float64, Int64, String
from sources import (
    airport_reference_file,
    carrier_info_file,
    plane_profile_file,
    tail_utilisation_file,
    weather_file,
)

origin_weather_hourly = FeatureView(
    name="origin_weather_hourly",
    entities=[origin],
    ttl=timedelta(days=1),
    schema=[
        Field(name="origin", dtype=String),
        Field(name="temperature_f", dtype=Float64, description="Air temperature (degrees Fahrenheit)"),
        Field(name="dew_point_f", dtype=Float64, description="Dew point (degrees Fahrenheit)"),
        Field(name="humidity_pct", dtype=Float64, description="Relative humidity (percent)"),
        Field(name="wind_direction_deg", dtype=Int64, description="Direction the wind comes from (degrees)"),
        Field(name="wind_speed_mph", dtype=Float64, description="Wind speed (miles per hour)"),
        Field(name="wind_gust_mph", dtype=Float64, description="Gust speed, null without gusts (miles per hour)"),
        Field(name="precipitation_in", dtype=Float64, description="Precipitation in the hour (inches)"),
        Field(name="pressure_mb", dtype=Float64, description="Sea level pressure (millibars)"),
        Field(name="visibility_mi", dtype=Float64, description="Visibility (miles)"),
    ],
    source=weather_file,
    description="Hourly weather at the airport of departure",
    owner="weather-desk@example.org",
    tags={"schedule": "hourly", "tier": "1", "domain": "weather"},
)

tail_utilisation_daily = FeatureView(
    name="tail_utilisation_daily",
    entities=[tail],
    ttl=timedelta(days=2),
    schema=[
        Field(name="tail_number", dtype=String),
        Field(name="legs_1d", dtype=Int64, description="Legs flown from New York in the day (count)"),
        Field(name="air_hours_1d", dtype=Float64, description="Time in the air in the day (hours)"),
        Field(name="distance_1d_mi", dtype=Int64, description="Distance flown in the day (miles)"),
        Field(name="arr_delay_mean_1d", dtype=Float64, description="Mean arrival delay in the day (minutes)"),
        Field(name="routes_1d", dtype=Int64),
    ],
    source=tail_utilisation_file,
    description="How hard each aircraft worked, rebuilt each night",
    owner="fleet@example.org",
    tags={"schedule": "daily", "tier": "3", "domain": "fleet"},
)

plane_profile = FeatureView(
    name="plane_profile",
    entities=[tail],
    ttl=timedelta(days=400),
    schema=[
        Field(name="tail_number", dtype=String),
        Field(name="manufacture_year", dtype=Int64, description="Year of manufacture"),
        Field(name="aircraft_type", dtype=String, description="Kind of aircraft, as registered"),
        Field(name="manufacturer", dtype=String, description="Manufacturer, as registered"),
        Field(name="model", dtype=String),
        Field(name="engine_count", dtype=Int64, description="Engines (count)"),
        Field(name="seat_count", dtype=Int64, description="Seats (count)"),
        Field(name="cruise_speed_mph", dtype=Int64, description="Average cruising speed (miles per hour)"),
        Field(name="engine_type", dtype=String, description="Kind of engine"),
    ],
    source=plane_profile_file,
    online=False,
    description="The aircraft register, for training only",
    owner="fleet@example.org",
    tags={"schedule": "weekly", "domain": "fleet"},
)

airport_reference = FeatureView(
    name="airport_reference",
    entities=[airport],
    ttl=timedelta(days=400),
    schema=[
        Field(name="airport", dtype=String),
        Field(name="airport_name", dtype=String, description="Usual name of the airport"),
        Field(name="latitude_deg", dtype=Float64, description="Latitude (degrees)"),
        Field(name="longitude_deg", dtype=Float64, description="Longitude (degrees)"),
        Field(name="altitude_ft", dtype=Int64, description="Altitude (feet)"),
        Field(name="utc_offset_h", dtype=Int64, description="Standard time offset from UTC (hours)"),
        Field(name="time_zone", dtype=String, description="IANA time zone"),
    ],
    source=airport_reference_file,
    description="Where the airports served from New York are",
    tags={"tier": "3", "domain": "reference"},
)

# From before there were conventions: no owner, no description, names in another style.
carrier_info = FeatureView(
    name="carrier_info",
    entities=[carrier],
    ttl=timedelta(days=0),
    schema=[
        Field(name="carrier", dtype=String),
        Field(name="carrierName", dtype=String),
        Field(name="fleet", dtype=Int64),
        Field(name="hubAirport", dtype=String),
        Field(name="avgDelay7", dtype=Float64, description="avg delay"),
    ],
    source=carrier_info_file,
)
