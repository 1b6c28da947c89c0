"""Distances between two counts: scipy's and numpy's own answers on the same data, and what they cannot be fooled by."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from monitoring.distances import chi_square, corrected, distance, gathered, grouped, kolmogorov_smirnov, psi

RNG = np.random.default_rng(20261130)
BEFORE, AFTER = RNG.normal(50, 10, 8_000), RNG.normal(55, 12, 3_000)
EDGES = np.quantile(BEFORE, np.arange(1, 40) / 40)


def counted(values: np.ndarray, edges: np.ndarray = EDGES) -> list[int]:
    return [int(count) for count in np.bincount(np.digitize(values, edges), minlength=len(edges) + 1)]


def deciles(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.histogram(values, np.concatenate([[-np.inf], edges, [np.inf]]))[0]


def test_psi_and_jensen_shannon_are_those_of_numpy_and_scipy_over_the_same_groups() -> None:
    old, new = grouped(counted(BEFORE), counted(AFTER))
    assert len(old) >= 7
    p, q = np.array(old) / sum(old), np.array(new) / sum(new)
    found = distance(counted(BEFORE), counted(AFTER), "psi", is_ordered=True)
    assert found.value == pytest.approx(((q - p) * np.log(q / p)).sum())
    found = distance(counted(BEFORE), counted(AFTER), "js", is_ordered=True)
    assert found.value == pytest.approx(jensenshannon(p, q, base=2))


def test_psi_is_near_that_of_deciles_of_the_single_values() -> None:
    """The textbook's: ten bins at the deciles of the reference."""
    edges = np.quantile(BEFORE, np.arange(1, 10) / 10)
    textbook = psi(list(deciles(BEFORE, edges)), list(deciles(AFTER, edges)))
    ours = distance(counted(BEFORE), counted(AFTER), "psi", is_ordered=True).value
    assert ours == pytest.approx(textbook, rel=0.1)


def test_binned_kolmogorov_smirnov_is_less_than_that_of_the_values_by_at_most_a_part() -> None:
    exact = stats.ks_2samp(BEFORE, AFTER)
    value, p = kolmogorov_smirnov(counted(BEFORE), counted(AFTER))
    assert exact.statistic - 1 / 40 <= value <= exact.statistic
    similar = RNG.normal(50, 10, 900)
    value, p = kolmogorov_smirnov(counted(BEFORE), counted(similar))
    assert p >= stats.ks_2samp(BEFORE, similar, method="asymp").pvalue - 1e-3


def test_chi_square_is_scipy_s_and_does_not_grow_with_rows() -> None:
    old, new = [500, 300, 200], [400, 350, 250]
    value, p = chi_square(old, new)
    exact = stats.chi2_contingency([old, new], correction=False)
    assert p == pytest.approx(exact.pvalue)
    assert value == pytest.approx(stats.contingency.association(np.array([old, new]), method="cramer"))
    assert chi_square([10 * one for one in old], [10 * one for one in new])[0] == pytest.approx(value)


def test_correction_is_scipy_s_and_a_thousand_features_do_not_page_by_chance() -> None:
    values = [float(value) for value in RNG.uniform(size=1_000)]
    assert sum(value < 0.05 for value in values) > 30
    assert sum(value < 0.05 for value in corrected(values)) == 0
    assert corrected(values) == pytest.approx(list(stats.false_discovery_control(values)))
    assert corrected([]) == []


@pytest.mark.parametrize("method", ["psi", "js", "ks", "chi2"])
def test_the_same_has_no_distance_and_nothing_in_common_a_large_one(method: str) -> None:
    same = distance([100] * 40, [100] * 40, method, is_ordered=True)
    assert (same.value, same.p) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    apart = distance([100] * 20 + [0] * 20, [0] * 20 + [100] * 20, method, is_ordered=True)
    assert apart.value > 0.9
    assert apart.p < 1e-6


def test_a_constant_that_becomes_another_is_seen() -> None:
    found = distance([0, 500, 0], [0, 0, 500], "psi", is_ordered=True)
    assert found.value > 5


def test_a_rare_value_that_becomes_common_is_seen_where_values_are_few() -> None:
    assert distance([980, 20], [800, 200], "psi", is_ordered=False).value > 0.25
    assert distance([980, 20], [800, 200], "psi", is_ordered=True).value > 0.25


def test_small_parts_go_together() -> None:
    assert gathered([990, 4, 3, 0, 3], [980, 8, 6, 0, 6]) == ([990, 10], [980, 20])
    old, new = grouped([10] * 100, [10] * 100)
    assert (len(old), sum(old), sum(new)) == (10, 1_000, 1_000)
