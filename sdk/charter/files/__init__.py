"""Feature views as YAML files in git, `apiVersion: charter/v1`: read, checked, compared and written, on both ends."""
