"""Travellers: who they are, how to reach them, what they went through."""

from datetime import timedelta

from feast import Entity, FeatureView, Field, FileSource, RequestSource
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Bool, Float64, Int64, String
from feast.value_type import ValueType

OWNER = "loyalty-data@example.org"

customer = Entity(
    name="customer",
    join_keys=["customer_id"],
    value_type=ValueType.STRING,
    description="Member of the loyalty programme",
    owner=OWNER,
    tags={"domain": "customer", "pii": "pseudonymous"},
)


def people_file(name: str, description: str) -> FileSource:
    """A Parquet file of the store, named after its view."""
    return FileSource(
        name=f"{name}_file",
        path=f"data/people/{name}.parquet",
        timestamp_field="event_timestamp",
        description=description,
        owner="crm@example.org",
    )


customer_contact = FeatureView(
    name="customer_contact",
    entities=[customer],
    ttl=timedelta(days=30),
    schema=[
        Field(name="customer_id", dtype=String),
        Field(name="full_name", dtype=String, description="Given and family name", tags={"pii": "direct_identifier"}),
        Field(name="email", dtype=String, description="Mail address for notices", tags={"pii": "direct_identifier"}),
        Field(name="mobile_phone", dtype=String, description="Mobile number, with country code"),
    ],
    source=people_file("customer_contact", "Contact details from the CRM, loaded each night"),
    description="How to reach a traveller whose flight changed",
    owner=OWNER,
    tags={"schedule": "daily", "pii": "true", "tier": "1", "domain": "customer"},
)

# Personal through and through, and nobody has tagged it.
customer_profile = FeatureView(
    name="customer_profile",
    entities=[customer],
    ttl=timedelta(days=30),
    schema=[
        Field(name="customer_id", dtype=String),
        Field(name="birth_date", dtype=String, description="Date of birth (ISO 8601)"),
        Field(name="home_postcode", dtype=String),
        Field(name="preferred_language", dtype=String, description="Language of notices (ISO 639-1)"),
        Field(name="meal_code", dtype=String, description="Meal ordered as standing preference (airline code)"),
        Field(name="assistance_code", dtype=String, description="Assistance at the airport (airline code)"),
        Field(name="loyalty_tier", dtype=String, description="basic, silver, gold or platinum"),
        Field(name="member_years", dtype=Int64, description="Whole years in the programme (years)"),
        Field(name="loyalty_points", dtype=Int64, description="Points on the account (points)"),
    ],
    source=people_file("customer_profile", "Profile from the CRM, loaded each night"),
    description="What the programme knows about a member",
    owner="crm@example.org",
    tags={"schedule": "daily", "tier": "2", "domain": "customer"},
)

customer_disruption_daily = FeatureView(
    name="customer_disruption_daily",
    entities=[customer],
    ttl=timedelta(days=3),
    schema=[
        Field(name="customer_id", dtype=String),
        Field(name="trips_90d", dtype=Int64, description="Legs booked in 90 days (count)"),
        Field(name="delayed_60_trips_90d", dtype=Int64, description="Legs an hour late or more in 90 days (count)"),
        Field(name="cancelled_trips_90d", dtype=Int64, description="Legs cancelled in 90 days (count)"),
        Field(name="arr_delay_mean_90d", dtype=Float64, description="Mean arrival delay over 90 days (minutes)"),
        Field(name="last_route", dtype=String, description="Route of the last leg, as in JFK-LAX"),
        Field(name="days_since_last_trip", dtype=Int64, description="Time since the last leg (days)"),
    ],
    source=people_file("customer_disruption_daily", "Bookings joined with closed flights, rebuilt each night"),
    description="What a traveller went through lately",
    owner=OWNER,
    tags={"schedule": "daily", "tier": "2", "domain": "customer", "pii": "pseudonymous"},
)

ticket_request = RequestSource(
    name="ticket_request",
    schema=[Field(name="ticket_price_usd", dtype=Float64, description="Price paid for the leg (US dollars)")],
    description="What the caller knows about the ticket",
)


@on_demand_feature_view(
    name="goodwill_offer",
    sources=[customer_disruption_daily, customer_profile[["loyalty_tier"]], ticket_request],
    # Feast 0.67 compares these with what it infers from the function, descriptions included: so they have none.
    schema=[Field(name="goodwill_usd", dtype=Float64), Field(name="offer_lounge", dtype=Bool)],
    mode="python",
    description="What to offer after a bad trip",
    owner=OWNER,
    tags={"tier": "2", "domain": "customer"},
)
def goodwill_offer(inputs: dict) -> dict:
    shares = {"basic": 0.05, "silver": 0.1, "gold": 0.15, "platinum": 0.2}
    tiers = inputs["loyalty_tier"]
    return {
        "goodwill_usd": [
            price * shares.get(tier, 0.05) * min(late or 0, 3)
            for price, tier, late in zip(inputs["ticket_price_usd"], tiers, inputs["delayed_60_trips_90d"], strict=True)
        ],
        "offer_lounge": [tier in ("gold", "platinum") for tier in tiers],
    }
