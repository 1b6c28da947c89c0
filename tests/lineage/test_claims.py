"""What tags claim, whoever wrote them and however."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.claims import Tag, described_in, of_texts, tags_in
from registry.personal import MAY_CLAIM, PERSONAL, claimed_class, looks_personal
from tests.lineage.sent import captured_files

_TEXTS = st.one_of(
    st.sampled_from(["pii", "PII", "true", "false", "none", "classification", "Privacy Class"]), st.text()
)


@pytest.mark.parametrize(
    ("tag", "claimed"),
    [
        ("pii", PERSONAL), ("PII", PERSONAL), ("pii=true", PERSONAL), ("Pii=YES", PERSONAL), ("pii=pii", PERSONAL),
        ("pii=email", PERSONAL), ("personal=1", PERSONAL), ("type=pii", PERSONAL), ("sensitive", PERSONAL),
        ("classification=Direct_Identifier", "direct-identifier"),
        ("privacy class=special category", "special-category"),
        ("PII-CLASS=quasi-identifier", "quasi-identifier"), ("pii=pseudonymous", "pseudonymous"),
        ("data_classification=personal", PERSONAL),
        ("pii=false", ""), ("pii=no", ""), ("pii=0", ""), ("pii=none", ""), ("classification=none", ""),
        ("classification=public", ""), ("personal=false", ""), ("owner=risk", ""), ("team:risk", ""), ("", ""),
        ("spii=true", ""),
    ],
)  # fmt: skip
def test_what_a_tag_claims(tag: str, claimed: str) -> None:
    assert [one.privacy_class for one in of_texts("c", [tag])] == ([claimed] if claimed else [])


@given(key=_TEXTS, value=_TEXTS)
def test_what_claims_is_looked_at(key: str, value: str) -> None:
    """Large tables are narrowed by `MAY_CLAIM`: it may not leave out what claims."""
    if claimed := claimed_class(key, value):
        assert re.search(MAY_CLAIM, f"{key}={value}", re.IGNORECASE)
        assert looks_personal("amount", {key: value}), claimed


@pytest.mark.parametrize(
    "facet",
    [None, [], {"tags": 3}, {"tags": ["pii"]}, {"tags": [{"value": "pii"}]}, {"tags": [{"key": 1}]},
     {"tags": [{"key": "pii", "field": 7}]}, {"tags": [{"key": "pii", "field": "c" * 501}]}],
)  # fmt: skip
def test_what_has_another_shape_claims_nothing(facet: Any) -> None:
    assert list(tags_in(facet)) == []


def test_a_tag_is_about_its_column_or_the_whole() -> None:
    facet = {"tags": [{"key": "pii", "value": "true", "field": "email"}, {"key": "PII", "value": None, "source": "X"}]}
    assert list(tags_in(facet)) == [Tag("email", PERSONAL, "pii=true"), Tag("", PERSONAL, "PII")]


def test_tags_in_descriptions() -> None:
    fields = [
        {"name": "a", "description": "avg 7d [Tags: tier=1, pii=true]"}, {"name": "b", "description": "pii=true"},
        {"name": "c", "description": "[Tags: pii=false]"}, {"name": "d"}, {"description": "[Tags: pii=true]"}, 4,
    ]  # fmt: skip
    assert list(described_in({"fields": fields})) == [Tag("a", PERSONAL, "pii=true")]


def test_what_producers_really_send(real_inputs: Path) -> None:
    sent = captured_files(real_inputs)
    of_dbt = {tag for event in sent["dbt"] for tag in tags_in(event["run"]["facets"].get("tags"))}
    assert of_dbt == {Tag("", PERSONAL, "pii=true")}
    of_airflow = {tag for event in sent["airflow"] for tag in tags_in(event["job"]["facets"].get("tags"))}
    assert of_airflow == {Tag("", PERSONAL, "pii")}
    of_feast = {
        tag
        for event in sent["feast"]
        for dataset in [*event["inputs"], *event["outputs"]]
        for tag in described_in(dataset.get("facets", {}).get("schema"))
    }
    assert of_feast == {Tag("email", PERSONAL, "pii=true")}
