"""The reader of Parquet and CSV files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connectors.files.engine import Limits, engine
from connectors.files.folders import Folder
from connectors.files.table import FileTable
from connectors.records import ConnectorError, KeySample, Origin, Right, SourceRow, ViewReading, ViewTarget
from connectors.tables import read_table


class FileStore:
    """Measures one file, pattern or folder at a time. Nothing is written, and nothing outside the folder is opened."""

    origin: Origin = "source"

    def __init__(self, folder: Folder, *, limits: Limits | None = None) -> None:
        self._folder = folder
        self._limits = limits or Limits()

    def test(self) -> list[Right]:
        try:
            with self._folder.files(at_most=1) as found, engine(found, found[0].name, self._limits) as opened:
                opened.ask("SELECT 1 FROM source LIMIT 1")
                return [Right("Read files", True, f"{found[0].name} in {self._folder.name} can be read.")]
        except ConnectorError as error:
            return [Right("Read files", False, str(error), error.fix)]

    def read(self, target: ViewTarget, *, since: datetime | None = None) -> ViewReading:
        with self._folder.files(target.location) as found, engine(found, target.location, self._limits) as opened:
            reading = read_table(FileTable(opened, target, since), target)
            return replace(reading, stored_bytes=sum(file.stat().st_size for file in found))

    def rows_at(
        self, target: ViewTarget, wanted: Sequence[tuple[tuple[str, ...], datetime]]
    ) -> dict[tuple[str, ...], SourceRow]:
        with self._folder.files(target.location) as found, engine(found, target.location, self._limits) as opened:
            return FileTable(opened, target, None).rows_at(target, wanted)

    def pick_keys(self, target: ViewTarget, size: int, salt: int) -> KeySample:
        with self._folder.files(target.location) as found, engine(found, target.location, self._limits) as opened:
            return FileTable(opened, target, None).pick_keys(target, size, salt)
