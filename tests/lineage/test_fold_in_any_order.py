"""Any order, any repetition, any interleaving of the same events ends in the identical state."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lineage.sent import captured_files, forget, in_parts, state, tell

PRODUCERS = (
    "airflow", "client", "dbt", "feast", "airflow_recorded", "amundsen_sample", "dbt_recorded", "feast_recorded",
    "fluentd_proxy", "marquez_food_delivery", "python_client", "spark_dataproc_bigquery_shakespeare",
)  # fmt: skip
_SLOWLY = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@pytest.fixture(scope="module")
def sent(real_inputs: Path) -> dict[str, list[dict[str, Any]]]:
    found = captured_files(real_inputs)
    found["fluentd_proxy"] = [event for event in found["fluentd_proxy"] if "runId" in event.get("run", {})]
    return found


def test_every_captured_file_is_among_them(sent: dict[str, list[dict[str, Any]]]) -> None:
    assert set(PRODUCERS) == set(sent)


@pytest.mark.django_db
@pytest.mark.parametrize("producer", PRODUCERS)
def test_any_order_ends_in_the_same_state(sent: dict[str, list[dict[str, Any]]], producer: str) -> None:
    events = sent[producer]
    tell(*events)
    expected = state()
    assert expected["nodes"]

    @_SLOWLY
    @given(st.data())
    def tell_in_another_way(data: st.DataObject) -> None:
        forget()
        again = data.draw(st.lists(st.sampled_from(events), max_size=5))
        order = data.draw(st.permutations(events + again))
        for batch in in_parts(order, data.draw(st.lists(st.integers(1, len(order)), max_size=6))):
            tell(*batch)
        assert state() == expected

    tell_in_another_way()


@pytest.mark.django_db
def test_producers_interleave(sent: dict[str, list[dict[str, Any]]]) -> None:
    events = [event for producer in ("feast", "dbt", "airflow", "client") for event in sent[producer]]
    tell(*events)
    expected = state()
    forget()
    for event in reversed(events):
        tell(event)
    assert state() == expected
