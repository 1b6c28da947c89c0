"""Which model reads what."""

from delay_views import (
    carrier_delay_daily,
    departure_board,
    flight_legs,
    origin_delay_hourly,
    route_delay_daily,
    route_delay_profile,
)
from feast import FeatureService
from rebooking import rebooking_risk
from reference_views import (
    airport_reference,
    carrier_info,
    origin_weather_hourly,
    plane_profile,
    tail_utilisation_daily,
)

# Still in production and still on the first release of route_delay_daily.
delay_predictor_v1 = FeatureService(
    name="delay_predictor_v1",
    features=[
        "route_delay_daily@v0:dep_delay_mean_7d",
        carrier_delay_daily[["dep_delay_mean_7d", "late_15_rate_7d"]],
        origin_weather_hourly[["wind_speed_mph", "visibility_mi"]],
    ],
    description="Gradient boosted trees that predict arrival delay. To be replaced by delay_predictor_v2",
    owner="delay-models@example.org",
    tags={"model": "delay-predictor", "stage": "production", "tier": "1"},
)
delay_predictor_v2 = FeatureService(
    name="delay_predictor_v2",
    features=[
        route_delay_daily[["dep_delay_mean_7d", "arr_delay_p90_28d", "cancellation_rate_28d", "air_time_mean_28d"]],
        carrier_delay_daily[["dep_delay_mean_7d", "late_15_rate_7d", "minutes_recovered_mean_7d"]],
        origin_delay_hourly[["dep_delay_mean_6h", "dep_delay_p90_24h", "cancellation_rate_24h"]],
        origin_weather_hourly[["wind_speed_mph", "wind_gust_mph", "pressure_mb", "visibility_mi"]],
        plane_profile[["manufacture_year", "seat_count"]],
    ],
    description="Second delay predictor, in shadow since last month",
    owner="delay-models@example.org",
    tags={"model": "delay-predictor", "stage": "shadow", "tier": "1"},
)
rebooking_assistant = FeatureService(
    name="rebooking_assistant",
    features=[
        rebooking_risk,
        route_delay_profile[["delay_profile", "busiest_hour"]],
        departure_board[["dep_delay_mean_30m", "late_of_last_5"]],
        airport_reference[["airport_name", "time_zone"]],
    ],
    description="Language model that offers travellers another flight",
    owner="rebooking@example.org",
    tags={"model": "rebooking-assistant", "stage": "production", "tier": "1"},
)
operations_wallboard = FeatureService(
    name="operations_wallboard",
    features=[
        origin_delay_hourly,
        departure_board,
        origin_weather_hourly[["temperature_f", "wind_speed_mph", "visibility_mi"]],
        flight_legs[["dep_delay_min", "was_cancelled"]],
    ],
    description="The screen in the control room",
    owner="delay-features@example.org",
    tags={"stage": "production"},
)
# Nobody says who runs it.
crew_planner = FeatureService(
    name="crew_planner",
    features=[tail_utilisation_daily[["legs_1d", "air_hours_1d"]], carrier_info[["avgDelay7", "fleet"]]],
    tags={"stage": "experiment"},
)
