"""The demo after its times were moved is still a store that real Feast 0.67 reads, and reads at the new times."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from demo.install import STORE, InstalledDemo, install
from tests.live.feast_repository import FEATURE_REPOSITORIES, FeastRepository

pytestmark = pytest.mark.live
ASK_INTERVALS = """
import json
from feast import FeatureStore
views = FeatureStore(".").list_batch_feature_views()
ends = {view.name: [end.timestamp() for _, end in view.materialization_intervals] for view in views}
print("ANSWER" + json.dumps(ends))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo")
    shutil.copytree(FEATURE_REPOSITORIES, place / "feature_repo", symlinks=True)
    return place


@pytest.fixture(scope="module")
def demo(folder: Path) -> InstalledDemo:
    return install(STORE, folder / "store", datetime.now(UTC))


@pytest.fixture(scope="module")
def flights(folder: Path, demo: InstalledDemo) -> FeastRepository:
    return FeastRepository(folder / "feature_repo" / "flights")


def test_feast_sees_the_moved_intervals(flights: FeastRepository, demo: InstalledDemo) -> None:
    ends = json.loads(flights.run("python", "-c", ASK_INTERVALS).rpartition("ANSWER")[2])
    assert max(ends["origin_weather_hourly"]) == demo.anchored_at.timestamp()
    assert ends["tail_utilisation_daily"] == []


def test_feast_serves_the_newest_row_of_the_file(flights: FeastRepository, demo: InstalledDemo) -> None:
    wanted = ["dep_delay_mean_6h", "dep_delay_p90_24h", "cancellation_rate_24h"]
    served = flights.online([f"origin_delay_hourly:{name}" for name in wanted], [{"origin": "JFK"}])
    file = demo.offline_folder / "data" / "flights" / "origin_delay_hourly.parquet"
    newest = f"SELECT {', '.join(wanted)} FROM '{file}' WHERE origin = 'JFK' ORDER BY event_timestamp DESC LIMIT 1"
    with duckdb.connect() as connection:
        assert tuple(served[name][0] for name in wanted) == connection.execute(newest).fetchone()


def test_feast_can_go_on_materializing(flights: FeastRepository, demo: InstalledDemo) -> None:
    """What was never materialized is served once somebody runs the job that the demo leaves out."""
    tail = "N114UW"  # two legs on the last day
    before = flights.online(["tail_utilisation_daily:legs_1d"], [{"tail_number": tail}])
    flights.materialize(demo.anchored_at - timedelta(days=3), demo.anchored_at, "tail_utilisation_daily")
    after = flights.online(["tail_utilisation_daily:legs_1d"], [{"tail_number": tail}])
    assert (before["legs_1d"], after["legs_1d"]) == ([None], [2])
