"""Pages of governance, one subject a file."""
