"""What features of flights are about."""

from feast import Entity
from feast.value_type import ValueType

OPERATIONS = {"domain": "operations"}

carrier = Entity(
    name="carrier",
    join_keys=["carrier"],
    value_type=ValueType.STRING,
    description="Airline, by its two-letter IATA code",
    owner="delay-features@example.org",
    tags=OPERATIONS,
)
origin = Entity(
    name="origin",
    join_keys=["origin"],
    value_type=ValueType.STRING,
    description="Airport of departure: EWR, JFK or LGA",
    owner="delay-features@example.org",
    tags=OPERATIONS,
)
route = Entity(
    name="route",
    join_keys=["route"],
    value_type=ValueType.STRING,
    description="Origin and destination airport, as in JFK-LAX",
    owner="delay-features@example.org",
    tags=OPERATIONS,
)
tail = Entity(
    name="tail",
    join_keys=["tail_number"],
    value_type=ValueType.STRING,
    description="Aircraft, by the registration on its tail",
    owner="fleet@example.org",
    tags={"domain": "fleet"},
)
flight = Entity(
    name="flight",
    join_keys=["flight_id"],
    value_type=ValueType.STRING,
    description="Flight number at its origin, as in DL1109-LGA",
    owner="delay-features@example.org",
    tags=OPERATIONS,
)
# Added in a hurry: no owner, no description.
airport = Entity(name="airport", join_keys=["airport"], value_type=ValueType.STRING)
