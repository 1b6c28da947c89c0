"""DuckDB, opened for one measurement on a given list of files and on nothing else.

External access, extensions, spilling to disk and any change of settings are off before the first question is asked, so
that not even SQL of ours gone wrong can reach another file. Time and memory are bounded.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import duckdb

from connectors.files.folders import format_of
from connectors.records import ConnectorError
from connectors.tables import ColumnError

# What pandas and R write for a missing value, besides nothing at all.
CSV_NULLS = ("", "NA", "NaN", "nan", "null", "NULL")


@dataclass(frozen=True, slots=True)
class Limits:
    memory_mib: int = 400
    threads: int = 2
    seconds: float = 600


@contextmanager
def engine(files: Sequence[Path], location: str, limits: Limits) -> Iterator["Engine"]:
    """The files as one view named `source`; columns are matched by name, so that files may differ in order and age."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{limits.memory_mib}MiB",
            "threads": limits.threads,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    finished = Event()
    clock = Thread(target=_interrupt, args=(connection, limits.seconds, finished), daemon=True)
    clock.start()
    try:
        opened = Engine(connection, location, limits)
        opened.open(files)
        yield opened
    finally:
        finished.set()
        clock.join()
        connection.close()


def _interrupt(connection: duckdb.DuckDBPyConnection, seconds: float, finished: Event) -> None:
    """Again and again, because an interrupt between two queries stops neither."""
    finished.wait(seconds)
    while not finished.wait(0.02):
        connection.interrupt()


class Engine:
    """Asks, and turns DuckDB's errors into ours. Their texts are left out: they may quote a value or a line."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, location: str, limits: Limits) -> None:
        self._connection = connection
        self._location = location
        self._limits = limits

    def open(self, files: Sequence[Path]) -> None:
        listed = f"[{', '.join(text(str(path)) for path in files)}]"
        for setting in (
            "SET TimeZone = 'UTC'",
            "SET parquet_metadata_cache = true",
            f"SET allowed_paths = {listed}",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            self._connection.execute(setting)
        formats = {format_of(path) for path in files}
        if len(formats) > 1:
            raise self._failed("mixes Parquet and CSV", "Name the files of one kind with a pattern.")
        if formats == {"parquet"}:
            read = f"read_parquet({listed}, union_by_name = true)"
        else:
            nulls = ", ".join(text(word) for word in CSV_NULLS)
            read = f"read_csv({listed}, union_by_name = true, sample_size = -1, nullstr = [{nulls}])"
        self.ask(f"CREATE VIEW source AS SELECT * FROM {read}")  # noqa: S608 quoted just above

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, list(parameters)).fetchall()
        except duckdb.InterruptException as error:
            raise self._failed(f"took longer than {self._limits.seconds:g} s", "Measure fewer rows.") from error
        except duckdb.OutOfMemoryException as error:
            allowed = f"needs more than {self._limits.memory_mib} MiB of memory"
            raise self._failed(allowed, "Write smaller row groups, or raise the limit.") from error
        except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.BinderException, TypeError) as error:
            raise ColumnError(
                f"DuckDB could not compute it ({type(error).__name__}).", fix="Check the column's type in the files."
            ) from error
        except duckdb.Error as error:
            raise self._failed(
                f"could not be read ({type(error).__name__})", "Open the files with DuckDB to see which one is damaged."
            ) from error

    def _failed(self, what: str, fix: str) -> ConnectorError:
        return ConnectorError(f"{self._location!r} {what}.", fix=fix)


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """An identifier."""
    return '"' + value.replace('"', '""') + '"'
