"""Every state change of monitoring."""
