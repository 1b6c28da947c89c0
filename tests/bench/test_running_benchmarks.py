"""`python -m bench`: every benchmark by its name."""

import sys

import pytest

from bench.__main__ import main, run


def test_an_unknown_name_lists_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "nothing"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "no benchmark called nothing" in said
    assert "imports" in said


def test_a_benchmark_runs_in_a_process_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    run("feast_definitions", (10,))
    assert "SQLite: 10 views x 10 features" in capfd.readouterr().out
