"""Redis and Valkey: who may read which keys."""
