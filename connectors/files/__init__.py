"""Parquet and CSV files, on this machine or in an S3 bucket, measured by DuckDB where they lie."""
