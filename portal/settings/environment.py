"""Where we are: folders, mode, and the one reader of environment variables."""

from pathlib import Path

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parents[2]
CHARTER_HOME = Path(env.str("CHARTER_HOME", default=str(BASE_DIR / "var"))).resolve()
# Debug pages show settings and values: they have to be asked for.
DEBUG = env.bool("CHARTER_DEBUG", default=False)
CHARTER_BASE_URL = env.str("CHARTER_BASE_URL", default=f"http://localhost:{env.int('PORT', default=8000)}").rstrip("/")
# "single" is one machine started by `make run`; "production" demands a secret key and https.
CHARTER_MODE = env.str("CHARTER_MODE", default="single")

__all__ = ["BASE_DIR", "CHARTER_BASE_URL", "CHARTER_HOME", "CHARTER_MODE", "DEBUG", "env"]
