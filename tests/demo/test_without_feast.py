"""`make run` installs the demo where Feast cannot be imported."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("feast", "dill", "pandas", "pyarrow"):
            raise ImportError(name)

sys.meta_path.insert(0, Refuse())
from demo.install import STORE, install
print(install(STORE, Path(sys.argv[1]), datetime.now(UTC)).is_new)
"""


def test_install_runs_without_feast_and_what_feast_brings(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "demo")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.stdout.strip(), answer.returncode) == ("True", 0), answer.stderr
