"""CSV that opens safely in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from common.selections import unknown_choice

# A cell that begins so is a formula to a spreadsheet, whatever column it stands in (OWASP ASVS 5.0, 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
ROWS_A_CHUNK = 500


class CsvRenderer(BaseRenderer):
    """Lets `?format=csv` and `Accept: text/csv` be asked for. The lines themselves are streamed by `csv_response`."""

    media_type = "text/csv"
    format = "csv"


class FormatNegotiation(DefaultContentNegotiation):
    """Says which formats there are when asked for another."""

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:
        renderers = list(renderers)
        valid = [renderer.format for renderer in renderers]
        if format not in valid:
            raise unknown_choice("format", format, valid)
        return super().filter_renderers(renderers, format)


class _Line:
    """What csv.writer writes to: gives the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_response(names: Sequence[str], rows: Iterable[Mapping[str, Any]], *, filename: str) -> StreamingHttpResponse:
    """Stream `rows` as RFC 4180 with a header line. Lists are joined by "; ", objects written as JSON."""
    response = StreamingHttpResponse(_lines(names, rows), content_type="text/csv; charset=utf-8; header=present")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _lines(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    chunk = [writer.writerow(names)]
    for row in rows:
        chunk.append(writer.writerow([cell(row.get(name)) for name in names]))
        if len(chunk) >= ROWS_A_CHUNK:
            yield "".join(chunk)
            chunk.clear()
    yield "".join(chunk)


def cell(value: Any) -> Any:
    """The value as a spreadsheet may see it. Text that would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        value = "; ".join(map(str, value))
    elif not isinstance(value, str):
        value = orjson.dumps(value, default=str).decode()
    return f"'{value}" if value.startswith(_FORMULA) else value
