"""OpenLineage events as plain data, for connectors that tell in them what they have read."""
