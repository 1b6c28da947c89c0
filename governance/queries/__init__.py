"""What governance reads: one subject a file."""
