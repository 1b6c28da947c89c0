"""Snowflake: rights as a script, which people run."""
