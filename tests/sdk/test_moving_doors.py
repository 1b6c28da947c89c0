"""Comparing views, following a migration and sending reports of Evidently, from a terminal."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from django.db import connection as database

from monitoring.actions.running_parity import run_parity
from monitoring.models import Parity, Reported
from registry.models import Usage
from tests.factories import ConsumerFactory
from tests.monitoring.moving import two_views, write
from tests.sdk.conftest import Run

pytestmark = pytest.mark.django_db(transaction=True)
REPORT = Path(__file__).parents[1] / "data/evidently/report.json"


@pytest.fixture
def made(cast: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    write(tmp_path / "old.parquet")
    write(
        tmp_path / "new.parquet", change="* REPLACE (CASE WHEN customer_id < 40 THEN 'x' ELSE channel END AS channel)"
    )
    return two_views(cast, tmp_path)


@pytest.fixture
def worker(made: SimpleNamespace) -> Iterator[None]:
    """Does what waits, as Celery's worker does."""
    stopped = Event()

    def work() -> None:
        while not stopped.is_set():
            for number in Parity.objects.filter(state="queued").values_list("pk", flat=True):
                run_parity(number)
            time.sleep(0.05)
        database.close()

    thread = Thread(target=work)
    thread.start()
    yield
    stopped.set()
    thread.join()


def test_the_exit_code_says_whether_it_passed(made: SimpleNamespace, worker: None, charter: Run) -> None:
    failed = charter("parity", "bank.legacy", "bank.fresh", "--pass", "99.5")
    assert failed.code == 1, failed.err
    for words in ("failed", "360 of 400 entities are the same", "channel -> channel", "40 of 400", "email: personal"):
        assert words in failed.out, words
    assert charter("parity", "bank.legacy", "bank.fresh", "--pass", "90").code == 0
    assert charter("parity", "bank.legacy", "bank.fresh", "--map", "txn_count=txn_count").code == 0
    (made.folder / "new.parquet").unlink()
    unknown = charter("parity", "bank.legacy", "bank.fresh", "--json")
    assert (unknown.code, '"state": "unknown"' in unknown.out) == (3, True)
    refused = charter("parity", "bank.legacy", "bank.legacy")
    assert (refused.code, "Choose another view" in refused.err) == (1, True)
    assert charter("parity", "bank.legacy", "bank.fresh", "--map", "nonsense").code == 1


def test_a_migration_and_a_report(made: SimpleNamespace, charter: Run, cast: SimpleNamespace) -> None:
    model = ConsumerFactory(name="fraud", team=cast.payments)
    old, new = (view.features.get(name="txn_count") for view in (made.old, made.new))
    Usage.objects.create(consumer=model, feature=old, evidence="declared")
    model.moves.create(old=old.versions.get(), new=new.versions.get())
    followed = charter("migration", "model:fraud")
    assert followed.code == 2, followed.err
    for words in ("bank.legacy.txn_count@1", "legacy", "Compare both views"):
        assert words in followed.out, words
    mine = made.folder / "report.json"
    shutil.copy(REPORT, mine)
    for _ in range(2):
        pushed = charter("metrics", "push", "--evidently", str(mine), "--view", "bank.legacy")
        assert pushed.code == 0, pushed.err
        assert "3 checks" in pushed.out
        assert "txn_count_7d" in pushed.out
    assert Reported.objects.get(feature__name="amount_7d", check_name="drift by psi").state == "crit"
    mine.write_text("<html>")
    assert charter("metrics", "push", "--evidently", str(mine), "--view", "bank.legacy").code == 1
