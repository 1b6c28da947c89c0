"""Reads of the graph."""
