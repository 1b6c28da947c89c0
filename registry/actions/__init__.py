"""Every state change of the registry, one noun a file. Doors parse, call one of these, and render."""
