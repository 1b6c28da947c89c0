"""Reads that are more than one row or one method of a QuerySet, one subject a file."""
