"""Virtual environments of other people's programs: 700 MB for Feast alone that never enter Charter's."""

import hashlib
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
FOLDERS = Path(__file__).parent.parent / ".venvs"
FOLDER = FOLDERS / "feast"


def feast_python(folder: Path = FOLDER) -> Path:
    """The interpreter of an environment with exactly `requirements.txt`, made when absent or outdated (about 40 s).

    Raises CalledProcessError when pip cannot reach a package index.
    """
    return _made(folder, REQUIREMENTS.read_bytes(), "--requirement", str(REQUIREMENTS)) / "bin" / "python"


def environment(name: str, *requirements: str) -> Path:
    """An environment below .venvs with exactly these, made when absent or outdated. Raises CalledProcessError."""
    return _made(FOLDERS / name, " ".join(requirements).encode(), *requirements)


def _made(folder: Path, asked: bytes, *arguments: str) -> Path:
    stamp, wanted = folder / "requirements.sha256", hashlib.sha256(asked).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return folder
    # Without pip of its own: Debian's Python makes no other kind unless python3-venv is installed.
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", *arguments], check=True)
    stamp.write_text(wanted)
    return folder


def site_packages(python: Path) -> Path:
    """Where the packages of an environment are."""
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
