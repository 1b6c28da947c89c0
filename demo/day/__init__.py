"""One day of the demo as lineage tools tell of it: what Airflow, dbt and Feast ran, and the events that they sent."""
