"""Personal data of the demo: invented, the same every time, and never in the registry."""

from datetime import datetime
from typing import Any

import duckdb

from demo.install import STORE, InstalledDemo
from demo.people import COUNT, customers

PERSONAL = {
    "customer_contact": ("full_name", "email", "mobile_phone"),
    "customer_profile": ("birth_date",),
}


def test_no_personal_value_is_in_the_registry(demo: InstalledDemo) -> None:
    registry = (demo.offline_folder / "registry.db").read_bytes()
    checked = 0
    with duckdb.connect() as connection:
        for view, columns in PERSONAL.items():
            file = demo.offline_folder / "data" / "people" / f"{view}.parquet"
            for column in columns:
                for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM '{file}'").fetchall():
                    assert value is None or value.encode() not in registry, column
                    checked += 1
    assert checked > 800


def test_the_shipped_people_are_the_generated_ones(manifest: dict[str, Any]) -> None:
    people = list(customers(datetime.fromisoformat(manifest["anchor"])))
    with duckdb.connect() as connection:
        file = STORE / "data" / "people" / "customer_contact.parquet"
        shipped = connection.execute(f"SELECT customer_id, full_name, email, mobile_phone FROM '{file}'").fetchall()
    assert shipped == [person[:4] for person in people]
    assert len(people) == COUNT


def test_every_person_is_plainly_invented(manifest: dict[str, Any]) -> None:
    for person in customers(datetime.fromisoformat(manifest["anchor"])):
        assert person.email.endswith("@example.org")
        assert person.home_postcode.startswith("000")
        assert person.mobile_phone is None or person.mobile_phone.startswith("+1-212-555-01")
