"""Charter on one machine: what `make run` does.

`first_stage.py` and what it loads (`install.py`, `preflight.py`, `console.py`) need nothing but Python 3.11 and
build `.venv`. The rest runs inside it: an embedded PostgreSQL and Valkey, and the supervisor of web, worker and beat.
In production none of this runs: every process is started by itself, as docs/operations.md says.
"""
