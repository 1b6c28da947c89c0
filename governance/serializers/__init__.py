"""What governance's resources look like in JSON, one subject a file."""
