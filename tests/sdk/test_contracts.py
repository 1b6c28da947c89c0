"""Data contracts of the Open Data Contract Standard: written, read again without a change, and those of others."""

import json
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from open_data_contract_standard.model import OpenDataContractStandard

from charter.files.documents import ViewDocument
from charter.files.folders import check_texts
from charter.files.odcs import contract_of, to_contract, views_of
from charter.files.writing import dumped, to_data
from tests.cast import api_as
from tests.factories import ProjectFactory
from tests.registry.test_plans import VIEW
from tests.sdk.conftest import Run

# Every term that a file can say, two versions of one feature, a vector, and an end.
RICH = (
    VIEW.rstrip()
    + """
    - name: home_town
      version: 2
      dtype: string
      description: Where the user lives, as they told us themselves.
      nullable: true
      allowedValues: [Berlin, Rome]
      defaultFrom: mode
      unit: ""
      definition: {text: "lower(town)", url: "https://git.example.org/a@b"}
      privacy: {class: quasi-identifier, purposes: [fraud, credit_risk]}
    - name: taste
      dtype: array<float32>
      description: What the user likes.
      vector: {dimension: 16, metric: cosine}
      entityKeys: [user_id]
      tags: {tier: "1", gold: ""}
      privacy: {class: pseudonymous, purposes: [fraud]}
    - name: score
      dtype: float64
      description: How trusted the user is.
      minimum: 0
      maximum: 1
      nullable: false
      default: 0.5
      note: As of May.
      privacy: {class: none}
      status: deprecated
      deprecation: {sunset: "2027-12-01", reason: It was trained on itself., replacement: pay.stats.taste@1}
"""
)


def view_in(text: str) -> ViewDocument:
    checked = check_texts([("a.yaml", text)])
    assert checked.faults == []
    return next(iter(checked.views.values()))


@pytest.fixture(scope="module")
def schema() -> Any:
    text = files("open_data_contract_standard").joinpath("schema.json").read_text()
    return jsonschema_rs.validator_for(json.loads(text))


@pytest.mark.parametrize("text", [VIEW, RICH], ids=["plain", "rich"])
def test_a_contract_is_valid_and_says_the_same_when_read_again(text: str, schema: Any) -> None:
    view = view_in(text)
    contract = contract_of(view)
    assert [error.message for error in schema.iter_errors(contract)] == []
    read = OpenDataContractStandard.from_string(to_contract(view))
    assert (read.apiVersion, read.id, read.status) == ("v3.1.0", "urn:charter:pay.stats", "active")
    again = view_in(dumped(views_of(yaml.safe_load(to_contract(view)))[0]))
    assert to_data(again) == to_data(view)


def test_what_the_standard_has_a_field_for_stands_there() -> None:
    contract = contract_of(view_in(RICH))
    properties = {one["name"]: one for one in contract["schema"][0]["properties"]}
    assert (properties["user_id"]["primaryKey"], properties["user_id"]["primaryKeyPosition"]) == (True, 1)
    assert properties["home_town@1"]["classification"] == properties["home_town"]["classification"]
    assert properties["home_town"]["quality"][0]["arguments"] == {"validValues": ["Berlin", "Rome"]}
    assert properties["score"]["logicalTypeOptions"] == {"minimum": 0, "maximum": 1}
    assert properties["score"]["required"] is True
    assert (properties["taste"]["logicalType"], properties["taste"]["items"]["logicalType"]) == ("array", "number")
    assert [(one["property"], one["value"]) for one in contract["slaProperties"]] == [
        ("latency", 7_200), ("frequency", 3_600), ("retention", 604_800),
    ]  # fmt: skip
    assert (contract["domain"], contract["team"]) == ("pay", {"name": "payments"})


OTHERS = """
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.1.0
status: active
domain: shop
description: {purpose: What customers order.}
schema:
  - name: orders
    properties:
      - {name: customer_id, logicalType: string, primaryKey: true, primaryKeyPosition: 1}
      - {name: order_total, logicalType: number, physicalType: "decimal(10,2)", required: true, description: All lines.}
      - {name: email, logicalType: string, classification: confidential}
      - {name: tags, logicalType: array, items: {logicalType: string}}
slaProperties:
  - {property: latency, value: 4, unit: hours}
  - {property: generalAvailability, value: "2022-05-12T09:30:10-08:00"}
"""


def test_somebody_elses_contract_becomes_what_it_says_and_no_more() -> None:
    view = views_of(yaml.safe_load(OTHERS))[0]
    assert view["metadata"] == {"project": "shop", "name": "orders", "description": "What customers order."}
    assert view["spec"]["entities"] == [{"name": "customer", "joinKeys": ["customer_id"]}]
    assert view["spec"]["slo"] == {"freshness": "4h"}
    assert [(one["name"], one["dtype"]) for one in view["spec"]["features"]] == [
        ("order_total", "float64"), ("email", "string"), ("tags", "array<string>"),
    ]  # fmt: skip
    assert "privacy" not in view["spec"]["features"][1]  # confidential is no class of ours
    said = {fault.message.split(".")[0] for fault in check_texts([("a.yaml", dumped(view))]).faults}
    assert any("owner is missing" in one for one in said)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "properties", "customProperties", "property", "value", "tags", "items", "quality",
                         "logicalType", "logicalTypeOptions", "minItems", "primaryKey", "arguments", "unit"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["schema", "slaProperties", "team", "customProperties", "domain"]), _ANYTHING))
def test_no_contract_breaks_it(data: dict[str, Any]) -> None:
    """It becomes a document that the schema can judge, or is refused in words."""
    try:
        found = views_of(data)
    except ValueError:
        return
    for view in found:
        check_texts([("a.yaml", dumped(view))])


@pytest.mark.django_db(transaction=True)
def test_doors_speak_it(charter: Run, cast: SimpleNamespace, tmp_path: Path) -> None:
    ProjectFactory(name="pay", owner=cast.payments)
    (tmp_path / "stats.yaml").write_text(RICH.replace(", replacement: pay.stats.taste@1", ""))
    assert charter("apply", "stats.yaml", "--yes").code == 0
    answer = api_as(cast.viewer).get("/api/v1/export?format=odcs")
    assert b"kind: DataContract" in b"".join(answer.streaming_content)
    assert charter("export", "project:pay", "--format", "odcs", "-o", "out").code == 0
    assert charter("init", "out/pay/stats.odcs.yaml", "--from", "odcs", "-o", "again").code == 0
    assert charter("plan", "again").code == 0, charter("plan", "again").out
    assert charter("init", "stats.yaml", "--from", "odcs").code == 1
    assert charter("init", "nothing.yaml", "--from", "odcs").code == 1
