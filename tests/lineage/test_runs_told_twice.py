"""dbt that pushes and is asked as well tells of each call twice, under two ids: shown is what it told of itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from lineage.models import Node, Run
from lineage.queries.about import runs_of
from tests.lineage.orders import CLEAN, RAW, run
from tests.lineage.sent import forget, tell

pytestmark = pytest.mark.django_db


def call(invocation: str, id: str, *, is_pulled: bool) -> dict[str, Any]:
    event = run("model", [RAW], [CLEAN])
    producer = "urn:charter:connectors:dbt" if is_pulled else "https://github.com/OpenLineage/dbt"
    facet = {"_producer": producer, "invocation_id": invocation}
    return event | {"producer": producer, "run": {"runId": id, "facets": {"dbt_run": facet}}}


@pytest.mark.parametrize("is_pulled_first", [True, False])
def test_one_call_is_shown_once(cast: SimpleNamespace, is_pulled_first: bool) -> None:
    forget()
    events = [call("a", "ours", is_pulled=True), call("a", "theirs", is_pulled=False), call("b", "old", is_pulled=True)]
    tell(*(events if is_pulled_first else reversed(events)))
    assert Run.objects.count() == 3
    assert {one.run for one in runs_of(Node.objects.get(name="model"))} == {"theirs", "old"}
