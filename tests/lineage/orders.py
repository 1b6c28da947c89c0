"""A small company: raw orders are cleaned by a job, a feature view is made of them, and a model reads it."""

from types import SimpleNamespace
from typing import Any

from lineage.actions.bridging import bridge_changed
from registry.choices import Visibility
from registry.models import Usage
from tests.factories import (
    ConnectionFactory,
    ConsumerFactory,
    FeatureFactory,
    ProjectFactory,
    SourceFactory,
    ViewFactory,
)
from tests.lineage.sent import tell

WAREHOUSE = "postgres://db:5432"
RAW, CLEAN = "dwh.raw.orders", "dwh.clean.orders"


def run(
    job: str, inputs: list[str], outputs: list[str], at: str = "2026-11-20T12:00:00Z", **facets: Any
) -> dict[str, Any]:
    """A complete run; `facets` are those of its first output."""
    made = [{"namespace": WAREHOUSE, "name": name} for name in outputs]
    if facets:
        made[0] |= {"facets": facets}
    return {
        "eventType": "COMPLETE", "eventTime": at, "producer": "https://example.org", "run": {"runId": f"{job} {at}"},
        "job": {"namespace": "etl", "name": job}, "outputs": made,
        "inputs": [{"namespace": WAREHOUSE, "name": name} for name in inputs],
    }  # fmt: skip


def made_of(**columns: list[tuple[str, str, str]]) -> dict[str, Any]:
    """Column lineage: column=[(table, column, DIRECT or INDIRECT)]."""
    fields = {
        column: {
            "inputFields": [
                {"namespace": WAREHOUSE, "name": table, "field": source, "transformations": [{"type": kind}]}
                for table, source, kind in inputs
            ]
        }
        for column, inputs in columns.items()
    }
    return {"columnLineage": {"fields": fields}}


def make_orders(cast: SimpleNamespace) -> SimpleNamespace:
    """raw.orders → clean.orders → shop.order_stats → two models, one of a restricted project."""
    store = ConnectionFactory(settings={"offline_url": "postgresql://db/dwh"})
    project = ProjectFactory(name="shop", owner=cast.payments, connection=store)
    table = SourceFactory(project=project, kind="postgres", location="clean.orders")
    view = ViewFactory(project=project, name="order_stats", source=table, connection=store)
    for name in ("amount", "country"):
        FeatureFactory(view=view, name=name)
    Usage.objects.create(
        consumer=ConsumerFactory(name="fraud", team=cast.risk, environment="prod"),
        feature=view.features.get(name="amount"), evidence="declared",
    )  # fmt: skip
    hidden = ProjectFactory(name="secret", owner=cast.payments, visibility=Visibility.RESTRICTED, connection=store)
    secret = ViewFactory(project=hidden, name="scores", connection=store, source=SourceFactory(
        project=hidden, kind="postgres", location="clean.orders"))  # fmt: skip
    FeatureFactory(view=secret, name="score")
    clean = made_of(
        amount=[(RAW, "amount", "DIRECT")], country=[(RAW, "country", "DIRECT"), (RAW, "amount", "INDIRECT")]
    )
    tell(run("clean", [RAW], [CLEAN], **clean))
    bridge_changed()
    return SimpleNamespace(cast=cast, view=view, secret=secret)
