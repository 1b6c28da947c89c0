"""Invented customers for the demo's personal data. Nobody in it exists, and every field says so.

Mail addresses are on example.org, phone numbers in the range kept for fiction (555-0100 to 555-0199), postcodes
in the never assigned 000 block, family names are words for things that stand in for others.
"""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

COUNT = 300
GIVEN_NAMES = (
    *("Ada", "Bao", "Cleo", "Dario", "Esi", "Finn", "Gita", "Hugo", "Inez", "Joon"),
    *("Kofi", "Lena", "Mika", "Nuru", "Olga", "Pax", "Quinn", "Rosa", "Sven", "Tala"),
)
FAMILY_NAMES = (
    *("Dummy", "Example", "Fixture", "Mockman", "Placeholder"),
    *("Sample", "Specimen", "Standin", "Testa", "Tryout"),
)
MEALS = ("", "", "", "", "VGML", "KSML", "MOML", "DBML")  # airline codes: vegan, kosher, Muslim, diabetic
ASSISTANCE = ("",) * 16 + ("WCHR", "BLND", "DEAF")  # wheelchair, blind, deaf
TIERS = ("basic", "basic", "basic", "silver", "silver", "gold", "platinum")


class Customer(NamedTuple):
    customer_id: str
    full_name: str
    email: str
    mobile_phone: str | None
    birth_date: str | None
    home_postcode: str
    preferred_language: str
    meal_code: str | None
    assistance_code: str | None
    loyalty_tier: str
    member_years: int
    loyalty_points: int
    updated_at: datetime


def customers(anchor: datetime) -> Iterator[Customer]:
    """The same `COUNT` people every time, last changed within the 20 hours before `anchor`."""
    chance = random.Random(2013)
    for number in range(1, COUNT + 1):
        given, family = chance.choice(GIVEN_NAMES), chance.choice(FAMILY_NAMES)
        born = date(1945, 1, 1) + timedelta(days=chance.randrange(60 * 365))
        years = chance.randrange(16)
        yield Customer(
            customer_id=f"C{number:06d}",
            full_name=f"{given} {family}",
            email=f"{given}.{family}.{number}@example.org".lower(),
            mobile_phone=f"+1-212-555-01{chance.randrange(100):02d}" if chance.random() > 0.12 else None,
            birth_date=born.isoformat() if chance.random() > 0.03 else None,
            home_postcode=f"000{chance.randrange(100):02d}",
            preferred_language=chance.choice(("en", "en", "en", "es", "fr", "zh")),
            meal_code=chance.choice(MEALS) or None,
            assistance_code=chance.choice(ASSISTANCE) or None,
            loyalty_tier=chance.choice(TIERS),
            member_years=years,
            loyalty_points=years * chance.randrange(200, 9000),
            updated_at=anchor - timedelta(hours=1, seconds=chance.randrange(19 * 3600)),
        )
