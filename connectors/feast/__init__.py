"""Feast: definitions from its registry, values from its online stores. Feast itself is never imported."""
