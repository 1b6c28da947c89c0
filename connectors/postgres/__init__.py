"""PostgreSQL: tables and queries measured by SQL, in transactions that can only read."""
