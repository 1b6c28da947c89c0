"""Skew between the stores: what counts as the same, and that nothing of a personal feature is asked for or kept."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from connectors.records import Column, Scalar, ServedRow, SourceRow, ViewTarget
from monitoring.actions.skew import compare_stores, hashed, is_due
from monitoring.comparing import compare, is_same
from monitoring.models import Finding, Kind, SkewMeasurement
from registry.choices import Health, PrivacyClass
from tests.factories import FeatureFactory, ViewFactory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1.0, 1, True), (0.1, 0.10000000149, True), (1.0, 1.001, False), (None, None, True), (None, 0, False),
        (True, True, True), (True, 1, False), ("a", "a", True), ("a", "b", False), ("1", 1, False),
    ],
)  # fmt: skip
def test_numbers_are_the_same_to_six_digits(one: Scalar, other: Scalar, expected: bool) -> None:
    assert is_same(one, other) is expected


def test_entities_are_counted_by_what_differs() -> None:
    served = [ServedRow((str(i),), NOON, {"amount": float(i), "label": "x"}) for i in range(10)]
    stored = {
        (str(i),): SourceRow(NOON, {"amount": float(i) + (i == 3), "label": None}, NOON + timedelta(hours=i))
        for i in range(8)
    }
    found = compare(served, stored, ["amount", "label"], hashed)
    assert (found.sampled, found.found, found.behind) == (10, 8, timedelta(hours=7))
    assert (found.features["amount"].compared, found.features["amount"].differing) == (8, 1)
    assert found.features["amount"].examples == [hashed(("3",))]
    assert (found.features["label"].absent_offline, found.features["label"].rate) == (8, 1.0)


class Both:
    """A store of each kind, which notes what it was asked for."""

    def __init__(self, offset: float) -> None:
        self.offset = offset
        self.asked: list[str] = []

    def sample(self, target: ViewTarget, size: int) -> list[ServedRow]:
        self.asked += [column.name for column in target.columns]
        return [ServedRow((f"person-{i}",), NOON, {"amount": i + self.offset}) for i in range(100)]

    def rows_at(self, target: ViewTarget, wanted: list) -> dict:
        self.asked += [column.name for column in target.columns]
        return {key: SourceRow(NOON, {"amount": float(i)}, NOON) for i, (key, _) in enumerate(wanted)}


@pytest.mark.django_db
@pytest.mark.parametrize(("offset", "state"), [(0.0, Health.OK), (0.5, Health.BREACHED)])
def test_what_was_found_is_kept_without_values_and_keys(offset: float, state: Health) -> None:
    view = ViewFactory(is_online=True)
    open_one = FeatureFactory(view=view, name="amount")
    secret = FeatureFactory(view=view, name="secret", privacy_class=PrivacyClass.DIRECT_IDENTIFIER)
    columns = tuple(Column(one.name, one.name, "", one.is_personal) for one in (open_one, secret))
    target = ViewTarget("shop", view.name, None, ("user_id",), columns)
    stores, now = Both(offset), timezone.now()
    compare_stores(view, [open_one, secret], (stores, target), (stores, target), now)
    assert set(stores.asked) == {"amount"}
    found = Finding.objects.get(kind=Kind.SKEW)
    assert (found.feature, found.state) == (open_one, state)
    row = SkewMeasurement.objects.get()
    assert (row.sampled, row.found, row.compared, row.differing) == (100, 100, 100, 100 if offset else 0)
    assert "person" not in "".join(row.examples)
    assert len(row.examples) == (5 if offset else 0)
    assert not is_due(view, now)
    assert is_due(view, now + timedelta(hours=7))


def test_hashes_are_salted_and_stay_the_same(settings: SimpleNamespace) -> None:
    before = hashed(("1",))
    assert before == hashed(("1",)) != hashed(("2",))
    settings.SECRET_KEY = "another secret of another installation"
    assert hashed(("1",)) != before
