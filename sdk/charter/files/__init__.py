"""Feature views as YAML files in git: `apiVersion: charter/v1`. Read, checked, compared and written here, on both ends."""
