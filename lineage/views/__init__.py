"""Pages and panels about where features come from and where they go."""
