"""The registry's endpoints, one noun a file."""
