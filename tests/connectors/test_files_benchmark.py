"""The benchmark runs, and ten times the rows cost no more statements."""

from pathlib import Path

import pytest

from bench.profile_offline import CASES, report, write
from connectors.files.engine import Engine


def statements(file: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    asked: list[str] = []
    plain = Engine.ask

    def ask(self: Engine, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        asked.append(sql)
        return plain(self, sql, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "ask", ask)
        CASES["ours"](file)
    return len(asked)


def test_statements_do_not_grow_with_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "small.parquet", 20_000)
    write(tmp_path / "large.parquet", 200_000)
    small, large = (statements(tmp_path / f"{size}.parquet", monkeypatch) for size in ("small", "large"))
    assert small == large
    assert small <= 6 + 16  # the view, its columns, three overviews and facts; then one for each numeric column


def test_the_benchmark_reports_every_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "wide.parquet", 5_000)
    report(tmp_path / "wide.parquet", 5_000, rounds=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(CASES)
