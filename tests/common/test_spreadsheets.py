"""CSV: a cell is text to a spreadsheet, never a formula."""

import csv
import io
from typing import Any

import pytest

from common.spreadsheets import ROWS_A_CHUNK, cell, csv_response


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1", '=HYPERLINK("x")'])
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (-0.5, -0.5),  # a number is a number, also below zero
        (12, 12),
        ("avg_amount_7d", "avg_amount_7d"),
        ("7d-30d", "7d-30d"),
        (["user", "card"], "user; card"),
        (["=1"], "'=1"),
        ([], ""),
        ({"a": 1}, '{"a":1}'),
        ([{"a": 1}], '[{"a":1}]'),
    ],
)
def test_cells(value: Any, shown: Any) -> None:
    assert cell(value) == shown


def test_lines_are_quoted_and_complete_over_many_chunks() -> None:
    rows = [{"key": f"a,b\n{number}", "more": "left out"} for number in range(ROWS_A_CHUNK * 2 + 7)]
    response = csv_response(["key", "gone"], rows, filename="features.csv")
    lines = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode())))  # type: ignore[arg-type]
    assert lines[0] == ["key", "gone"]
    assert [line[0] for line in lines[1:]] == [row["key"] for row in rows]
    assert response["Content-Disposition"] == 'attachment; filename="features.csv"'
