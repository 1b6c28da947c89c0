"""Endpoints of governance, one subject a file."""
