"""Evidently, in an environment of its own, on the same data: where both count alike, both say the same."""

import json
import math
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.files.client import FileStore
from connectors.files.folders import LocalFolder
from connectors.records import Column, ViewTarget
from monitoring.distances import distance
from tests.live.third_parties import ThirdParty, environment

pytestmark = pytest.mark.live
REQUIREMENTS = ("evidently==0.7.21", "pandas==2.3.3", "pyarrow")
# Two days: 8,000 rows before, 3,000 of the day after. `few` has eight values, of which Evidently counts each.
DATA = """
SELECT timestamptz '2026-11-19 12:00Z' + CASE WHEN i < 8000 THEN interval '0 day' ELSE interval '1 day' END AS at,
  CASE WHEN i < 8000 THEN 50 + 10 * n ELSE 55 + 12 * n END AS amount,
  CASE WHEN i < 8000 THEN i % 8 ELSE least(7, i % 11) END AS few
FROM (SELECT i, sqrt(-2 * ln(random() + 1e-9)) * cos(2 * pi() * random()) AS n FROM range(11000) AS series(i))
"""
ASK = """
import json, sys
import pandas
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset
rows = pandas.read_parquet(sys.argv[1])
columns = ["amount", "few"]
shape = DataDefinition(numerical_columns=columns)
now, before = (Dataset.from_pandas(part[columns], shape) for part in (rows[8000:], rows[:8000]))
found = {}
for method in ("psi", "jensenshannon", "ks"):
    told = Report([DataDriftPreset(num_method=method)]).run(now, before).dict()["metrics"]
    found[method] = {one["config"]["column"]: float(one["value"]) for one in told if "column" in one["config"]}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evidently") / "rows.parquet"
    with duckdb.connect(config={"threads": 1}) as plain:
        plain.execute("SELECT setseed(0.42)")
        plain.execute(f"COPY ({DATA}) TO '{path}' (FORMAT parquet)")
    return path


@pytest.fixture(scope="module")
def theirs(rows: Path) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(
        ThirdParty(environment("evidently", *REQUIREMENTS), rows.parent).run("python", "-c", ASK, str(rows))
    )
    return found


def ours(rows: Path, feature: str, method: str) -> Any:
    columns = tuple(Column(name, name, "", is_personal=False) for name in ("amount", "few"))
    target = ViewTarget("shop", "s", None, (), columns, "file", rows.name, timestamp_column="at", days_back=2)
    profile = next(one for one in FileStore(LocalFolder(rows.parent)).read(target).profiles if one.feature == feature)
    before, now = (day.counts for day in profile.days)
    return distance(before, now, method, is_ordered=True)


def test_where_each_value_is_counted_figures_are_the_same(rows: Path, theirs: dict[str, dict[str, float]]) -> None:
    assert ours(rows, "few", "psi").value == pytest.approx(theirs["psi"]["few"], rel=1e-6)
    nats = math.sqrt(math.log(2))  # Evidently takes the natural logarithm, we that of 2
    assert ours(rows, "few", "js").value * nats == pytest.approx(theirs["jensenshannon"]["few"], rel=1e-6)


def test_where_values_are_parted_otherwise_figures_are_near(rows: Path, theirs: dict[str, dict[str, float]]) -> None:
    """Evidently cuts equal widths over both, we cut tenths: the same shift, a little other figures."""
    assert ours(rows, "amount", "psi").value == pytest.approx(theirs["psi"]["amount"], rel=0.35)
    assert ours(rows, "amount", "js").value == pytest.approx(theirs["jensenshannon"]["amount"], rel=0.35)


def test_both_call_it_drift_by_kolmogorov_smirnov(rows: Path, theirs: dict[str, dict[str, float]]) -> None:
    assert theirs["ks"]["amount"] < 1e-6  # Evidently's figure is p
    assert ours(rows, "amount", "ks").p < 1e-6
