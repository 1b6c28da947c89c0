"""Feast's own virtual environment: 700 MB that never enter Charter's."""

import hashlib
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
FOLDER = Path(__file__).parent.parent / ".venvs" / "feast"


def feast_python(folder: Path = FOLDER) -> Path:
    """The interpreter of an environment with exactly `requirements.txt`, made when absent or outdated (about 40 s).

    Raises CalledProcessError when pip cannot reach a package index.
    """
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    # Without pip of its own: Debian's Python makes no other kind unless python3-venv is installed.
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", str(REQUIREMENTS)], check=True)
    stamp.write_text(wanted)
    return python


def site_packages(python: Path) -> Path:
    """Where the packages of an environment are."""
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
