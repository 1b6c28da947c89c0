"""Apache Airflow 2 and 3."""
