"""Children of the supervisor: stopped in order, never left behind, started again with patience."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.embedded.children import Child, Family, wait_until
from portal.embedded.console import Refusal
from portal.embedded.watch import RESTARTS, Patience, Tail, loud_part
from tests.portal.running import ROOT, clean_environment, read_until, wait_gone


def child(folder: Path, name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-c", code], folder / f"{name}.log", os.environ, cwd=folder)


SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
LAST_WORDS = f"""
import signal, sys
def leave(*_):
    open('order', 'a').write(sys.argv[1])
    sys.exit()
signal.signal(signal.SIGTERM, leave)
{SLEEPER}
"""


def is_up(one: Child) -> bool:
    return wait_until(lambda: "up" in one.last_lines(), 10)


def test_they_are_stopped_in_the_reverse_of_their_start(tmp_path: Path) -> None:
    family = Family()
    for name in "abc":
        one = child(tmp_path, name, LAST_WORDS)
        one.command = [*one.command, name]
        assert is_up(family.start(one))
    assert family.stop() == []
    assert (tmp_path / "order").read_text() == "cba"
    assert family.children == []


def test_who_does_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    started_by_it = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); {STUBBORN}"
    one = child(tmp_path, "stubborn", started_by_it)
    one.start()
    assert is_up(one)
    one.ask_to_stop()
    assert one.wait_stopped(0.3) is False
    assert wait_gone(tmp_path) == {}


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    code = f"""
import time
from pathlib import Path
from tests.portal.test_embedded_children import STUBBORN, SLEEPER, child, is_up
import signal
for name, code, sign in (("a", SLEEPER, signal.SIGTERM), ("b", STUBBORN, signal.SIGKILL)):
    one = child(Path({str(tmp_path)!r}), name, code)
    one.orphaned_with = sign
    one.start()
    assert is_up(one)
print("all up", flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True
    )
    assert "all up" in read_until(parent, "all up")
    parent.kill()
    parent.communicate()
    assert wait_gone(tmp_path) == {}


def test_a_command_that_fails_says_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="sweeping failed(?s:.)*no broom"):
        Family().run(child(tmp_path, "sweep", "raise SystemExit('no broom')"), "sweeping")


def test_the_dead_are_started_again_after_a_growing_pause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, "worker", "raise SystemExit(3)")
    one.start()
    assert one.process is not None
    patience, now = Patience(one), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now)
    pauses = []
    for _ in range(RESTARTS):
        one.process.wait()
        patience.look()
        pauses.append(patience.restart_at - now)
        now = patience.restart_at
        patience.look()
    assert pauses == [1, 2, 4, 8, 16]
    one.process.wait()
    with pytest.raises(Refusal, match=f"worker stopped {RESTARTS + 1} times in a row"):
        patience.look()
    assert "worker: stopped (exit code 3); starting it again in 1 s (1 of 5)" in capsys.readouterr().out


def test_who_ran_for_a_minute_is_forgiven(tmp_path: Path) -> None:
    one = child(tmp_path, "worker", SLEEPER)
    one.start()
    patience = Patience(one, deaths=4, started_at=time.monotonic() - 61)
    patience.look()
    one.kill()
    assert patience.deaths == 0


@pytest.mark.parametrize(
    ("name", "line", "shown"),
    [
        ("worker", '{"event": "store is gone", "level": "error"}', "error: store is gone"),
        ("worker", '{"event": "all is well", "level": "info"}', ""),
        ("worker", '{"half a line', ""),
        ("web", "[WARNING] Worker-1 is slow", "[WARNING] Worker-1 is slow"),
        ("web", "[INFO] Started worker-1", ""),
        ("postgres", "ERROR:  duplicate key value", ""),
        ("postgres", "FATAL:  out of memory", "FATAL:  out of memory"),
        ("valkey", "# WARNING Memory overcommit must be enabled", ""),
    ],
)
def test_the_console_shows_only_what_is_worth_a_look(name: str, line: str, shown: str) -> None:
    assert loud_part(name, line) == shown


def test_a_flood_of_warnings_is_counted_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "web.log"
    log.write_text("WARNING: before we looked\n")
    tail = Tail("web", log, log.stat().st_size)
    with log.open("a") as file:
        file.write("".join(f"WARNING: {number}\n" for number in range(10)) + "WARNING: not yet whole")
    tail.tell()
    assert capsys.readouterr().out.splitlines() == [
        *(f"web: WARNING: {number}" for number in range(3)),
        f"web: and 7 lines more in {log}",
    ]
    log.write_text("WARNING: a new file\n")
    tail.tell()
    assert capsys.readouterr().out == "web: WARNING: a new file\n"


def test_a_long_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    one = child(tmp_path, "web", "print('new')")
    with one.log.open("wb") as file:
        file.truncate(10_000_001)
    one.start()
    assert one.process is not None
    one.process.wait()
    assert one.last_lines() == "new"
    assert (tmp_path / "web.1.log").stat().st_size == 10_000_001


def test_ctrl_c_in_the_terminal_does_not_reach_them_directly(tmp_path: Path) -> None:
    one = child(tmp_path, "web", SLEEPER)
    one.start()
    assert one.process is not None
    assert os.getsid(one.process.pid) == one.process.pid != os.getsid(0)
    one.ask_to_stop()
    assert one.wait_stopped()
    assert one.exit_code == -signal.SIGTERM
