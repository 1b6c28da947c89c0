"""A registry may hold pickled code. Reading one must not run it, nor bring in anything that could."""

import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.feast import registry_pb2 as pb
from connectors.feast.client import open_registry

BODY = 2  # the field that holds pickled code, in every message that has one
PICKLE_START = b"\x80\x04\x95"
READ = """
import sys
def refuse(event, arguments):
    if event == "pickle.find_class":  # no pickle can name anything to call without it
        raise RuntimeError(f"unpickled {arguments}")
sys.addaudithook(refuse)
from connectors.feast.client import open_registry
reader = open_registry(sys.argv[1])
found = reader.definitions(known={})
assert found.change_token == reader.change_token()
assert [view.name for view in found.views] == ["trap"], found.warnings
assert found.views[0].definition == "def harmless(): ...", found.views
brought_in = {"feast", "dill", "cloudpickle", "django"} & set(sys.modules)
assert not brought_in, brought_in
"""


class Trap:
    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[object, tuple[str, bytes]]:
        return Path.write_bytes, (Path(self.canary), b"run")


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def trapped_view(canary: Path) -> bytes:
    """An on-demand view whose pickled function writes a file as soon as anybody unpickles it."""
    code = pickle.dumps(Trap(canary), protocol=4)
    function = pb.Function(name="trap", body_text="def harmless(): ...").SerializeToString()
    function += bytes([BODY << 3 | 2, len(code) & 0x7F | 0x80, len(code) >> 7]) + code
    view = pb.OnDemandFeatureView()
    view.spec.name, view.spec.project = "trap", "shop"
    view.spec.feature_transformation.user_defined_function.MergeFromString(function)
    view.spec.user_defined_function.MergeFromString(function)
    return view.SerializeToString()


@pytest.fixture(params=["file", "sql"])
def trapped_registry(
    request: pytest.FixtureRequest,
    trapped_view: bytes,
    write_registry: Callable[[pb.Registry | bytes], str],
    tmp_path: Path,
) -> str:
    if request.param == "file":
        registry = pb.Registry()
        registry.on_demand_feature_views.add().MergeFromString(trapped_view)
        return write_registry(registry)
    connection = sqlite3.connect(tmp_path / "trap.sqlite")
    columns = "feature_view_name, project_id, last_updated_timestamp, feature_view_proto"
    for table in ("feature_views", "on_demand_feature_views"):
        connection.execute(f"CREATE TABLE {table} ({columns})")
    connection.execute("INSERT INTO on_demand_feature_views VALUES ('trap', 'shop', 1, ?)", (trapped_view,))
    connection.commit()
    connection.close()
    return f"sqlite:///{tmp_path}/trap.sqlite"


def test_the_trap_is_armed(trapped_view: bytes, canary: Path) -> None:
    """Else the next tests prove nothing."""
    pickle.loads(trapped_view[trapped_view.index(PICKLE_START) :])  # noqa: S301 - this is the trap going off
    assert canary.read_bytes() == b"run"


def test_reading_runs_nothing(trapped_registry: str, canary: Path) -> None:
    answer = subprocess.run([sys.executable, "-c", READ, trapped_registry], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert not canary.exists()


def test_pickled_code_is_expected_and_dropped(trapped_registry: str) -> None:
    found = open_registry(trapped_registry).definitions(known={})
    assert found.warnings == []
    assert "write_bytes" not in str(found)


def test_real_pickles_of_feast_are_dropped_too(feast_samples: Path) -> None:
    found = open_registry(f"sqlite:///{feast_samples / 'sql_registry.sqlite'}").definitions(known={})
    assert "amount_to_spend" in str(found)
    assert "_create_function" not in str(found)
