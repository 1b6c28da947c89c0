"""What contradicts itself in a contract is said at its term."""

from typing import Any

import pytest

from charter.terms import TERMS, faults
from registry.models import Version
from registry.naming import name_fault

EMPTY: dict[str, Any] = {name: getattr(Version(), name) for name in TERMS}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"dtype": "float64", "default": 1.5, "default_policy": "constant", "minimum": 0, "maximum": 2}, ""),
        ({"dtype": "array<float32>", "vector_dimension": 2, "vector_metric": "cosine", "default": [1, 2],
          "default_policy": "constant"}, ""),
        ({"dtype": "string", "allowed_values": ["a", "b"], "default": "a", "default_policy": "constant"}, ""),
        ({"dtype": "json", "default": {"a": [1]}, "default_policy": "constant"}, ""),
        ({"dtype": "float"}, "dtype"),
        ({"dtype": "array<array<int64>>"}, "dtype"),
        ({"dtype": "float64\n"}, "dtype"),
        ({"dtype": "float64", "vector_dimension": 3}, "vector_dimension"),
        ({"dtype": "array<float32>", "vector_metric": "l2"}, "vector_dimension"),
        ({"dtype": "array<float32>", "vector_dimension": 3, "vector_metric": "near"}, "vector_metric"),
        ({"dtype": "array<float32>", "vector_dimension": 3, "default": [1.0], "default_policy": "constant"}, "default"),
        ({"dtype": "int32", "default": 2**31, "default_policy": "constant"}, "default"),
        ({"dtype": "int64", "default": True, "default_policy": "constant"}, "default"),
        ({"dtype": "float64", "default": float("nan"), "default_policy": "constant"}, "default"),
        ({"dtype": "float64", "default": "1", "default_policy": "constant"}, "default"),
        ({"dtype": "bytes", "default": "1", "default_policy": "constant"}, "default"),
        ({"dtype": "float64", "default_policy": "constant"}, "default"),
        ({"dtype": "float64", "default": 1.0}, "default_policy"),
        ({"dtype": "string", "default_policy": "mean"}, "default_policy"),
        ({"dtype": "float64", "default": 3, "default_policy": "constant", "maximum": 2}, "default"),
        ({"dtype": "string", "allowed_values": ["a"], "default": "b", "default_policy": "constant"}, "default"),
        ({"dtype": "float64", "minimum": 2, "maximum": 1}, "minimum"),
        ({"dtype": "float64", "minimum": float("inf")}, "minimum"),
        ({"dtype": "string", "maximum": 1}, "maximum"),
        ({"dtype": "string", "allowed_values": []}, "allowed_values"),
        ({"dtype": "string", "allowed_values": ["a", "a"]}, "allowed_values"),
        ({"dtype": "string", "allowed_values": [1]}, "allowed_values"),
        ({"dtype": "int64", "allowed_values": [1], "minimum": 0}, "allowed_values"),
        ({"definition_url": "javascript:alert(1)"}, "definition_url"),
        ({"definition_url": "https://user:secret@example.org/"}, "definition_url"),
        ({"definition_url": "https://[oops"}, "definition_url"),
        ({"definition_url": "https://git.example.org/repo/file.py@abc"}, ""),
        ({"definition": "x" * 100_001}, "definition"),
        ({"entity_keys": [" "]}, "entity_keys"),
        ({"purposes": ["Fraud detection"]}, "purposes"),
        ({"purposes": ["fraud", "fraud"]}, "purposes"),
        ({"privacy_class": "secret"}, "privacy_class"),
    ],
)  # fmt: skip
def test_terms(said: dict[str, Any], wrong: str) -> None:
    assert list(faults(EMPTY | said)) == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("name", "suggested"),
    [("avgAmount7d", "avg_amount7d"), ("Avg Amount", "avg_amount"), ("7d_avg", "d_avg"), ("a__b", "a_b"),
     ("a_", "a"), ("Ünit", "nit"), ("аvg", "vg"), ("", "avg_amount_7d"), ("x" * 101, "")],
)  # fmt: skip
def test_a_name_that_will_not_do_comes_with_one_that_will(name: str, suggested: str) -> None:
    assert name_fault(name)
    assert suggested in name_fault(name)
    assert not suggested or not name_fault(suggested)


def test_names_that_will_do() -> None:
    assert not any(map(name_fault, ("a", "avg_amount_7d", "x" * 100)))
