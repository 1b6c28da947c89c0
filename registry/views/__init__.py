"""Pages of the registry, one subject a file."""
