"""Prefect 3."""
