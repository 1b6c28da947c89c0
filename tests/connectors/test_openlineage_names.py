"""Datasets are called as OpenLineage's naming rules say, so that one table has one name."""

import pytest

from connectors.openlineage.names import of_uri


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("s3://lake/raw/orders.parquet", ("s3://lake", "raw/orders.parquet")),
        ("s3a://lake/raw/", ("s3://lake", "raw")),
        ("gs://lake/raw/a%20b.csv", ("gs://lake", "raw/a b.csv")),
        ("abfss://box@account.dfs.core.windows.net/raw", ("abfss://box@account.dfs.core.windows.net", "raw")),
        ("file:///srv/x.parquet", ("file", "/srv/x.parquet")),
        ("file://host/srv/x.parquet", ("file://host", "/srv/x.parquet")),
        ("file://orders.csv", ("file", "/orders.csv")),  # as Airflow's own provider takes it
        ("postgres://DB.example/shop/public/orders", ("postgres://db.example:5432", "shop.public.orders")),
        ("postgresql://me:s3cret@db:5433/shop/public/orders", ("postgres://db:5433", "shop.public.orders")),
        ("mysql://db/shop/orders", ("mysql://db:3306", "shop.orders")),
        ("trino://db/hive/shop/orders", ("trino://db:8080", "hive.shop.orders")),
        ("bigquery://project/dataset/orders", ("bigquery", "project.dataset.orders")),
        ("snowflake://ORG-ACCT/db/public/orders", ("snowflake://ORG-ACCT", "db.public.orders")),
        ("kafka://broker:9092/orders", ("kafka://broker:9092", "orders")),
        ("https://me:s3cret@data.example/orders.csv?sig=x", ("https://data.example", "orders.csv")),
    ],
)
def test_of_a_uri(uri: str, name: tuple[str, str]) -> None:
    assert of_uri(uri) == name


@pytest.mark.parametrize(
    "uri", ["", "orders", "s3://lake", "s3://", "http://", "http://[", "postgres://db:x/y/z", "/x"]
)
def test_what_names_no_dataset(uri: str) -> None:
    assert of_uri(uri) is None
