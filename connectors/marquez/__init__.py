"""Marquez, to move from it."""
