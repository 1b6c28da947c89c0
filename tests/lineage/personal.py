"""What classes are followed through: the orders of tests/lineage/orders.py, with an e-mail address in them."""

from types import SimpleNamespace
from typing import Any

from lineage.actions.bridging import bridge_changed
from lineage.models import ColumnClass
from tests.factories import FeatureFactory
from tests.lineage.orders import CLEAN, RAW, WAREHOUSE, made_of, run
from tests.lineage.sent import tell


def tagged(table: str, *tags: tuple[str, str, str], at: str = "2026-11-20T11:00:00Z") -> dict[str, Any]:
    """A statement about a table: (key, value, column)."""
    told = [{"key": key, "value": value, **({"field": column} if column else {})} for key, value, column in tags]
    dataset = {"namespace": WAREHOUSE, "name": table, "facets": {"tags": {"tags": told}}}
    return {"eventTime": at, "producer": "https://example.org", "schemaURL": "DatasetEvent", "dataset": dataset}


def mailed(world: SimpleNamespace, masking: bool | None = None, at: str = "2026-11-20T13:00:00Z") -> None:
    """`email` of the raw orders goes through the clean ones into a feature."""
    columns = made_of(email=[(RAW, "email", "DIRECT")], amount=[(RAW, "amount", "DIRECT"), (RAW, "email", "INDIRECT")])
    if masking is not None:
        columns["columnLineage"]["fields"]["email"]["inputFields"][0]["transformations"][0]["masking"] = masking
    tell(run("clean", [RAW], [CLEAN], at, **columns))
    if not world.view.features.filter(name="email").exists():
        FeatureFactory(view=world.view, name="email", dtype="string")
    bridge_changed()


def known() -> dict[tuple[str, str], tuple[str, str]]:
    """{(name of node, column): (class, how sure)}; * behind the class of a masked copy."""
    return {
        (one.node.name, one.column): (one.privacy_class + "*" * one.is_masked, one.sure)
        for one in ColumnClass.objects.select_related("node")
    }
