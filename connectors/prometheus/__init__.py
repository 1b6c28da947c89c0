"""Prometheus: what the servers of features say about their serving."""
