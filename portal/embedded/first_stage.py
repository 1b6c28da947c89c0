"""The door of `make run` and `make test`: refuse an old Python in one sentence, then install.

This file must be readable by any Python, old ones included: no annotations, no f-strings, nothing to import but sys.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - here an old Python is exactly what we expect to meet
    sys.exit(
        "Charter needs Python 3.11 or newer, and "
        + sys.executable
        + " is "
        + sys.version.split()[0]
        + ": install a newer one, or name it, as in: make run PYTHON=/usr/bin/python3.11"
    )

import runpy

# The package is loaded as `embedded`, not `portal.embedded`: importing `portal` needs Celery, not installed yet.
# Last on the path, and this folder not at all, so that no module of ours can hide one of Python's.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [folder for folder in sys.path if folder != HERE] + [os.path.dirname(HERE)]
runpy.run_module("embedded.install", run_name="__main__")
