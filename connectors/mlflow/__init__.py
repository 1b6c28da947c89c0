"""MLflow's model registry, and the runs that trained its models."""
