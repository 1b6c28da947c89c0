"""Marquez's read API, below the same /api/v1: its own pages and clients can be pointed at Charter as they are."""
