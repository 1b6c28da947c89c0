"""Every state change of governance."""
