"""A legacy table and the view that is to replace it, with as many differences as a test wants."""

from pathlib import Path
from types import SimpleNamespace

import duckdb

from registry.choices import PrivacyClass
from registry.models import FeatureView
from tests.factories import ConnectionFactory, EntityFactory, FeatureFactory, ProjectFactory, SourceFactory, ViewFactory

ENTITIES = 400
# Two rows of each customer, of which the newer counts.
ROWS = """
SELECT i AS customer_id, timestamptz '2026-11-28 06:00Z' + to_hours(CAST(12 * h AS INTEGER)) AS event_timestamp,
  CASE WHEN i % 10 = 0 THEN NULL ELSE i * 1.5 + h END AS amount_7d, i + h AS txn_count, 'c' || (i % 3) AS channel,
  'person ' || i AS email
FROM range({first}, {last}) AS people(i), range(2) AS hours(h)
"""


def write(path: Path, *, first: int = 0, last: int = ENTITIES, change: str = "") -> None:
    """`change` is what of the rows is written, such as `* REPLACE (amount_7d + 1 AS amount_7d)`."""
    kind = "csv, header" if path.suffix == ".csv" else "parquet"
    with duckdb.connect(config={"threads": 1}) as plain:
        plain.execute("SET TimeZone = 'UTC'")
        rows = ROWS.format(first=first, last=last)
        plain.execute(f"COPY (SELECT {change or '*'} FROM ({rows})) TO '{path}' (FORMAT {kind})")


def two_views(
    cast: SimpleNamespace, folder: Path, *, old: str = "old.parquet", new: str = "new.parquet"
) -> SimpleNamespace:
    """bank.legacy and bank.fresh, of the payments team, each over its file in the folder."""
    store = ConnectionFactory(settings={"offline_url": str(folder)})
    project = ProjectFactory(name="bank", owner=cast.payments, connection=store)
    customer = EntityFactory(project=project, name="customer", join_keys=["customer_id"])
    made = SimpleNamespace(store=store, project=project, customer=customer, cast=cast, folder=folder)
    made.old, made.new = view(made, "legacy", old), view(made, "fresh", new)
    return made


def view(made: SimpleNamespace, name: str, location: str, kind: str = "file") -> FeatureView:
    source = SourceFactory(project=made.project, kind=kind, location=location, timestamp_field="event_timestamp")
    held: FeatureView = ViewFactory(
        project=made.project, name=name, owner=made.cast.payments, source=source, connection=made.store
    )
    held.entities.add(made.customer)
    for feature, dtype in (("amount_7d", "float64"), ("txn_count", "int64"), ("channel", "string")):
        FeatureFactory(view=held, name=feature, dtype=dtype)
    FeatureFactory(view=held, name="email", dtype="string", privacy_class=PrivacyClass.DIRECT_IDENTIFIER)
    return held
