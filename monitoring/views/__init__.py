"""Pages and panels of monitoring, one subject a file."""
