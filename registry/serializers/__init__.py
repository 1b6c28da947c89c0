"""What the registry's resources look like in JSON, one noun a file. Declarations: see common.fields."""
