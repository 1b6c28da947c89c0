"""Snowflake: tables and queries are measured; rights are a script, which people run."""
