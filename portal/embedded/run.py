"""The supervisor: `make run` ends up here, inside `.venv`.

Services first, then the database's shape and the demo, then worker, beat and web as children of this one process.
Ctrl-C, SIGTERM or a closed terminal stop them in the reverse order; if this process is killed, the kernel stops them.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from portal.embedded import postgres, preflight, processes, valkey
from portal.embedded.children import Child, Family, wait_until
from portal.embedded.console import Refusal, elapsed, refuse, say, started_at, step
from portal.embedded.environment import child_environment, write_run_file
from portal.embedded.identities import identities_file, identities_table
from portal.embedded.orphans import follow_parent
from portal.embedded.prepare import manage, shape_database
from portal.embedded.probe import illness
from portal.embedded.watch import watch

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_ANSWER = 60.0


def main() -> int:
    """Run until told to stop. Returns 0 when asked to stop, 1 after saying in a sentence why it could not go on."""
    started_at()
    if "MAKELEVEL" in os.environ:
        follow_parent(signal.SIGTERM)  # who kills make means us
    family = Family()
    _stop_on_signals()
    try:
        _claim_and_serve(preflight.home_folder(ROOT, os.environ), family)
    except Refusal as reason:
        return refuse(reason)
    except KeyboardInterrupt:
        pass
    return 0


def _stop_on_signals() -> None:
    """Explicitly, because a shell that starts us in the background has SIGINT ignored; nohup's SIGHUP stays ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


def _claim_and_serve(home: Path, family: Family) -> None:
    host, port = preflight.bind_address(os.environ)
    preflight.require_writable(home)
    (home / "logs").mkdir(mode=0o700, exist_ok=True)
    preflight.require_disk(home, preflight.TO_RUN)
    with preflight.lock(home) as held:
        preflight.require_port(host, port)
        env = child_environment(home, host, port, os.environ)
        preflight.sign(held, env["CHARTER_BASE_URL"])
        try:
            _start(home, host, port, env, family)
            _welcome(home, env)
            watch(family.children)
        finally:
            _stop(family)


def _start(home: Path, host: str, port: int, env: dict[str, str], family: Family) -> None:
    """Everything, in order, until the web server answers. Completes `env` with the addresses of the services."""
    step("Starting PostgreSQL and Valkey" if "DATABASE_URL" not in env else "Starting")
    _start_services(home, env, family)
    write_run_file(home, env)
    static = family.start(manage(home, env, "collectstatic", "--no-input", "--verbosity", "0"))
    shape_database(home, env, family)
    family.finish(static, "collecting the static files")
    step("Starting web, worker and beat")
    processes.forget_old_metrics(home)
    family.start(processes.worker(home, env))
    family.start(processes.beat(home, env))
    _await_answer(family.start(processes.web(home, env, host, port)), host, port, env["CHARTER_BASE_URL"])


def _start_services(home: Path, env: dict[str, str], family: Family) -> None:
    """Of PostgreSQL, broker and cache, those that the environment does not name already."""
    if "DATABASE_URL" not in env:
        env["DATABASE_URL"] = postgres.start(home, family)
    if "BROKER_URL" not in env or "CACHE_URL" not in env:
        url = valkey.start(home / "valkey", home / "logs" / "valkey.log", family)
        env.setdefault("BROKER_URL", f"{url}/0")
        env.setdefault("CACHE_URL", f"{url}/1")


def _await_answer(web: Child, host: str, port: int, base_url: str) -> None:
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    wait_until(lambda: not web.is_running or not illness(near, port, base_url), SECONDS_TO_ANSWER, 0.1)
    reason = illness(near, port, base_url)
    if reason:
        raise Refusal(f"the web server is not well ({reason}); the end of {web.log} says:\n{web.last_lines()}")


def _welcome(home: Path, env: dict[str, str]) -> None:
    say(f"\nCharter is ready after {elapsed():.1f} s: {env['CHARTER_BASE_URL']}\n")
    table = identities_table(home)
    if table:
        say(f"One login and token for each role (also in {identities_file(home)}):\n\n{table}\n")
    say(f"Data and logs are in {home}. Ctrl-C stops everything.")


def _stop(family: Family) -> None:
    """Stop all children in order. A second signal meanwhile kills them at once."""
    if not family.children:
        return

    def lose_patience(number: int, frame: FrameType | None) -> None:
        family.kill()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lose_patience)
    say("\nStopping.")
    killed = family.stop()
    step("Stopped." if not killed else f"Stopped; killed after 10 s: {', '.join(killed)}")


if __name__ == "__main__":
    sys.exit(main())
