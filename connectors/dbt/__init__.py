"""dbt's artifacts: what a project declares and what its runs did."""
