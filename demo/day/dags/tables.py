"""Operators that read files into the warehouse and write tables out of it, and say so in OpenLineage's own way."""

import os
from pathlib import Path
from typing import Any

import duckdb
from airflow.providers.openlineage.extractors import OperatorLineage
from airflow.sdk import BaseOperator
from openlineage.client.event_v2 import Dataset, OutputDataset
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    output_statistics_output_dataset,
    schema_dataset,
    tags_dataset,
)

ROOT = Path(os.environ["DEMO_ROOT"])
WAREHOUSE = "warehouse.duckdb"
NAMESPACE = f"duckdb://{WAREHOUSE}"  # as dbt-ol calls it


def table_name(table: str) -> str:
    return f"warehouse.{table}"


class _Copy(BaseOperator):
    """Copies rows column by column, from one place to another."""

    query: str

    def execute(self, context: Any) -> None:
        with duckdb.connect(str(ROOT / WAREHOUSE)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(self.query)
            described = connection.execute(f"DESCRIBE FROM {self.table}").fetchall()
            [(self.rows,)] = connection.execute(f"SELECT count(*) FROM {self.table}").fetchall()
        self.columns = [(name, kind) for name, kind, *_ in described]

    def get_openlineage_facets_on_start(self) -> OperatorLineage:
        source, target = self._ends()
        return OperatorLineage(inputs=[Dataset(*source)], outputs=[Dataset(*target)])

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> OperatorLineage:
        source, target = self._ends()
        fields = [schema_dataset.SchemaDatasetFacetFields(name, kind) for name, kind in self.columns]
        schema = {"schema": schema_dataset.SchemaDatasetFacet(fields)}
        written = {"columnLineage": self._columns(source), **self._tags(), **schema}
        counted = {"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(self.rows)}
        return OperatorLineage(
            inputs=[Dataset(*source, facets=schema)],
            outputs=[OutputDataset(*target, facets=written, outputFacets=counted)],
        )

    def _columns(self, source: tuple[str, str]) -> column_lineage_dataset.ColumnLineageDatasetFacet:
        same = column_lineage_dataset.Transformation("DIRECT", "IDENTITY", "", False)
        return column_lineage_dataset.ColumnLineageDatasetFacet(
            {
                name: column_lineage_dataset.Fields([column_lineage_dataset.InputField(*source, name, [same])])
                for name, _ in self.columns
            }
        )

    def _tags(self) -> dict[str, Any]:
        return {}

    def _ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        raise NotImplementedError


class LoadFile(_Copy):
    """A file that somebody delivered becomes a table, whole. `personal` names columns and what each of them is."""

    def __init__(self, *, file: str, table: str, personal: dict[str, str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.file, self.table, self.personal = file, table, personal or {}

    @property
    def query(self) -> str:
        return (
            f"CREATE SCHEMA IF NOT EXISTS raw; CREATE OR REPLACE TABLE {self.table} AS "
            f"SELECT * FROM read_csv('{ROOT / self.file}', nullstr=['', 'NA'])"
        )

    def _ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("file", str(ROOT / self.file)), (NAMESPACE, table_name(self.table))

    def _tags(self) -> dict[str, Any]:
        tags = [
            tags_dataset.TagsDatasetFacetFields("privacy_class", said, "CRM", column)
            for column, said in self.personal.items()
        ]
        return {"tags": tags_dataset.TagsDatasetFacet(tags)} if tags else {}


class PublishTable(_Copy):
    """A table of the warehouse becomes the Parquet file that a feature view reads."""

    def __init__(self, *, table: str, file: str, **options: Any) -> None:
        super().__init__(**options)
        self.file, self.table = file, table

    @property
    def query(self) -> str:
        return f"COPY {self.table} TO '{ROOT / self.file}' (FORMAT parquet, COMPRESSION zstd)"

    def _ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return (NAMESPACE, table_name(self.table)), ("file", str(ROOT / self.file))
