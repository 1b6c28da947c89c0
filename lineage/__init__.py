"""Where features come from and where they go."""
