"""An old view and a new one on the same entities: what passes, what fails, what is told, and what is never kept."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection as database
from django.utils import timezone

from monitoring.actions.parity import start_parity
from monitoring.actions.running_parity import run_parity, run_waiting
from monitoring.actions.skew import hashed
from monitoring.models import Parity, ParityState
from registry.models import AuditEntry, Feature, Usage
from tests.factories import ConnectionFactory, ConsumerFactory, EntityFactory
from tests.monitoring.moving import ENTITIES, two_views, view, write
from tests.stores import Stores, stores  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(cast: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    write(tmp_path / "old.parquet")
    return two_views(cast, tmp_path)


def compare(made: SimpleNamespace, **asked: Any) -> Parity:
    usual: dict[str, Any] = {"pass_mark": 0.995, "tolerance": 1e-6, "sample": 5_000}
    held = start_parity(Parity(old=made.old, new=made.new, **usual | asked), actor=made.cast.owner_a)
    done = run_parity(held.pk)
    assert done is not None
    return Parity.objects.get(pk=done.pk)


@pytest.mark.parametrize("name", ["new.parquet", "new.csv"])
def test_the_same_values_pass(made: SimpleNamespace, tmp_path: Path, name: str) -> None:
    write(tmp_path / name)
    made.new.source.location = name
    made.new.source.save()
    found = compare(made)
    assert (found.state, found.sampled, found.equal) == (ParityState.PASSED, ENTITIES, ENTITIES)
    assert (found.coverage, found.equal_share, found.nulls_agreeing) == (1.0, 1.0, 1.0)
    assert {one.old for one in found.features.all()} == {"amount_7d", "txn_count", "channel"}
    assert found.left_out == ["email: personal data is not compared"]
    assert found.reason.startswith("400 of 400 entities are the same; both views have 400 of 400 entities")
    assert "md5" in found.query
    assert "bank.legacy" in found.query


def test_what_differs_is_told_by_feature_and_by_hashes(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", change="* REPLACE (amount_7d + (customer_id % 50 = 1)::INT AS amount_7d)")
    found = compare(made)
    assert (found.state, found.equal) == (ParityState.FAILED, ENTITIES - 8)
    worst = found.features.first()
    assert worst is not None
    assert (worst.old, worst.differing, worst.compared) == ("amount_7d", 8, ENTITIES)
    wrong = {hashed((str(number),)) for number in range(1, ENTITIES, 50)}
    assert found.examples
    assert set(found.examples) <= wrong
    assert set(worst.examples) <= wrong
    assert compare(made, pass_mark=0.9).state == ParityState.PASSED


def test_nothing_of_a_value_or_a_key_is_kept(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", change="* REPLACE (channel || 'x' AS channel, 'other' AS email)")
    found = compare(made)
    with database.cursor() as cursor:
        cursor.execute("SELECT to_json(p)::text FROM monitoring_parity p")
        cursor.execute("SELECT string_agg(to_json(p)::text, '') FROM monitoring_parityfeature p")
        kept = cursor.fetchone()[0] + str(Parity.objects.filter(pk=found.pk).values().get())
    assert not [word for word in ("person ", "c0x", "other") if word in kept]


def test_entities_that_one_has_alone_count_against_coverage(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", first=20, last=ENTITIES + 30)
    found = compare(made)
    assert (found.state, found.only_old, found.only_new) == (ParityState.FAILED, 20, 30)
    assert found.coverage == pytest.approx(380 / 430)
    assert found.equal_share == 1.0


def test_a_sample_is_of_all_that_either_has(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", first=200, last=600)
    found = compare(made, sample=300)
    assert found.sampled == 300
    assert found.coverage == pytest.approx(200 / 600, abs=0.08)


def test_nulls_must_agree(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", change="* REPLACE (coalesce(amount_7d, 0) AS amount_7d)")
    found = compare(made, pass_mark=0.9)
    line = found.features.get(old="amount_7d")
    assert (line.absent_old, line.absent_new) == (40, 0)
    assert found.nulls_agreeing == pytest.approx(1 - 40 / 1200)


def test_both_are_read_as_they_were_when_both_were_there(made: SimpleNamespace, tmp_path: Path) -> None:
    """The new one has run once more: what it says of later is no difference."""
    write(
        tmp_path / "new.parquet",
        change="* REPLACE (CASE WHEN txn_count = customer_id THEN event_timestamp + INTERVAL 12 HOUR "
        "ELSE event_timestamp + INTERVAL 36 HOUR END AS event_timestamp, customer_id + 1 AS txn_count)",
    )
    found = compare(made, mapping={"txn_count": "txn_count"})
    assert found.at is not None
    assert f"{found.at:%d %H}" == "28 18"
    assert found.state == ParityState.PASSED


def test_features_by_other_names_and_with_a_tolerance(made: SimpleNamespace, tmp_path: Path) -> None:
    Feature.objects.filter(view=made.new, name="amount_7d").update(name="spent", key="bank.fresh.spent")
    write(tmp_path / "new.parquet", change="*, amount_7d * 1.0005 AS spent")
    found = compare(made, mapping={"amount_7d": "spent"})
    assert found.state == ParityState.FAILED
    found = compare(made, mapping={"amount_7d": "spent"}, tolerance=0.001)
    assert (found.state, [one.new for one in found.features.all()]) == (ParityState.PASSED, ["spent"])
    assert "channel: nothing in the new view is held against it" in found.left_out


def test_a_column_that_is_missing_is_unknown_and_not_the_same(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet", change="* EXCLUDE (channel)")
    found = compare(made)
    assert found.state == ParityState.UNKNOWN
    assert "channel could not be compared" in found.reason


def test_a_store_that_cannot_be_read_is_unknown_with_what_to_do(made: SimpleNamespace) -> None:
    found = compare(made)  # there is no new.parquet
    assert found.state == ParityState.UNKNOWN
    assert "new.parquet" in found.reason


def test_postgresql_against_a_file(made: SimpleNamespace, tmp_path: Path, stores: Stores) -> None:  # noqa: F811
    """A legacy table in a database and a new one in files: keys are sampled alike in both."""
    with psycopg.connect(stores.url(), autocommit=True) as opened:
        opened.execute("DROP TABLE IF EXISTS legacy")
        opened.execute(
            "CREATE TABLE legacy AS SELECT i AS customer_id, "
            "timestamptz '2026-11-28 06:00Z' + h * interval '12 hours' AS event_timestamp, "
            "CASE WHEN i % 10 = 0 THEN NULL ELSE i * 1.5 + h END AS amount_7d, i + h AS txn_count, "
            "'c' || (i % 3) AS channel FROM generate_series(0, 399) AS i, generate_series(0, 1) AS h"
        )
    other = SimpleNamespace(**vars(made))
    other.store = ConnectionFactory(settings={"offline_url": stores.url()})
    made.old = view(other, "in_database", "legacy", kind="postgres")
    write(tmp_path / "new.parquet")
    found = compare(made, sample=100)
    assert (found.state, found.sampled, found.equal) == (ParityState.PASSED, 100, 100), found.reason
    assert "unnest($1" in found.query


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda made: {"new": made.old}, "new"), (lambda made: {"pass_mark": 0.3}, "pass_mark"),
        (lambda made: {"pass_mark": 1.1}, "pass_mark"), (lambda made: {"tolerance": 0.5}, "tolerance"),
        (lambda made: {"sample": 1}, "sample"), (lambda made: {"sample": 10**6}, "sample"),
        (lambda made: {"mapping": {"nothing": "channel"}}, "mapping"),
        (lambda made: {"mapping": {"channel": "nothing"}}, "mapping"),
        (lambda made: {"mapping": {"email": "email"}}, "mapping"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(made: SimpleNamespace, change: Callable[..., Any], field: str) -> None:
    asked = {"old": made.old, "new": made.new, "pass_mark": 0.99, "tolerance": 0.0, "sample": 100} | change(made)
    with pytest.raises(ValidationError) as refused:
        start_parity(Parity(**asked), actor=made.cast.owner_a)
    assert field in refused.value.message_dict


def test_views_of_other_entities_are_refused(made: SimpleNamespace) -> None:
    made.new.entities.set([EntityFactory(project=made.project, name="shop", join_keys=["shop_id"])])
    with pytest.raises(ValidationError, match="is kept by customer_id"):
        compare(made)


def test_who_may_ask(made: SimpleNamespace, cast: SimpleNamespace) -> None:
    def asked() -> Parity:
        return Parity(old=made.old, new=made.new, pass_mark=0.99, tolerance=0.0, sample=100)

    with pytest.raises(PermissionDenied):
        start_parity(asked(), actor=cast.viewer)
    first = start_parity(asked(), actor=cast.owner_a)
    assert start_parity(asked(), actor=cast.admin).pk == first.pk  # it waits still: the same question
    assert AuditEntry.objects.filter(action="monitoring.start_parity", object_id=first.public_id).count() == 2
    Usage.objects.create(
        consumer=ConsumerFactory(name="fraud", team=cast.risk), feature=made.old.features.first(), evidence="declared"
    )
    assert start_parity(asked(), actor=cast.owner_b).pk == first.pk  # who moves a model asks too


def test_what_nobody_came_for_is_done_and_what_is_lost_thrice_ends(made: SimpleNamespace, tmp_path: Path) -> None:
    write(tmp_path / "new.parquet")
    held = start_parity(
        Parity(old=made.old, new=made.new, pass_mark=0.99, tolerance=0.0, sample=100), actor=made.cast.owner_a
    )
    assert run_waiting() == 0
    long_ago = timezone.now() - timedelta(hours=1)
    Parity.objects.filter(pk=held.pk).update(created_at=long_ago)
    assert run_waiting() == 1
    assert run_parity(held.pk) is None
    lost = Parity.objects.create(
        old=made.old, new=made.new, pass_mark=0.99, tolerance=0.0, sample=100, state="running", attempts=3,
        heartbeat_at=long_ago,
    )  # fmt: skip
    run_waiting()
    lost.refresh_from_db()
    assert (lost.state, lost.reason[:10]) == ("unknown", "Its worker")
