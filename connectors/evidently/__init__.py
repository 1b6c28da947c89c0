"""Reports of Evidently, read as data."""
